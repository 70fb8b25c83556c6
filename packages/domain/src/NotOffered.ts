import { Schema } from "effect"

/** The cause of a denial where the grants are in order: nothing stands behind the interface on this host. Open its port by a setting. */
export class NotOffered extends Schema.TaggedError<NotOffered>()("NotOffered", {
  /** The interface's name in the world. */
  port: Schema.String
}) {
  override get message(): string {
    return `this host offers no ${this.port}`
  }
}
