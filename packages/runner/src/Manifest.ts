import { Schema } from "effect"

/** The fields of a bundle's `manifest.json` (version 2) that the runner relies on. Others are ignored. */
export const Manifest = Schema.Struct({
  /** Reverse-domain name. */
  name: Schema.NonEmptyString,
  publisher: Schema.NonEmptyString,
  version: Schema.NonEmptyString,
  runtime: Schema.Literal("wasm-js@1"),
  capabilities: Schema.Array(Schema.String)
})
export interface Manifest extends Schema.Schema.Type<typeof Manifest> {}
