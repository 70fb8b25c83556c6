import { Schema } from "effect"

/** The component store could not do its work: a full or read-only disk, a Node that does not start. */
export class ComponentStoreError extends Schema.TaggedError<ComponentStoreError>()("ComponentStoreError", {
  message: Schema.String,
  /** For the host's own log. */
  cause: Schema.Defect()
}) {}
