import { Schema } from "effect"

/** Too many wait to be taken in, most of them of this tenant. Trying again may help. */
export class IntakeBusy extends Schema.TaggedError<IntakeBusy>()("IntakeBusy", {}) {
  override get message(): string {
    return "too many extensions of this tenant wait to be loaded"
  }
}
