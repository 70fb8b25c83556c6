import { Schema } from "effect"

/** The Node that is to run sandbox processes is missing or too old. */
export class NodeUnsuitable extends Schema.TaggedError<NodeUnsuitable>()("NodeUnsuitable", {
  execPath: Schema.String,
  /** The version found there. */
  found: Schema.String,
  /** The least major version. */
  required: Schema.Int
}) {
  override get message(): string {
    return `sandbox processes need Node ${this.required} or newer, but ${this.execPath} is ${this.found}: run this program with it, or set execPath`
  }
}
