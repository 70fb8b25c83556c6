import { Schema } from "effect"

/** The Node that is to run sandbox processes is missing, too old, or cannot run as the user that was asked for. */
export class NodeUnsuitable extends Schema.TaggedError<NodeUnsuitable>()("NodeUnsuitable", {
  execPath: Schema.String,
  /** The version found there. */
  found: Schema.String,
  /** The least major version. */
  required: Schema.Int
}) {
  override get message(): string {
    const problem = `sandbox processes need Node ${this.required} or newer, but ${this.execPath} is ${this.found}`
    return `${problem}: run this program with a newer Node, or set execPath`
  }
}
