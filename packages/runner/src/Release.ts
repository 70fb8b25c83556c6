import type { Release } from "@alga-psa/ext-adapters-pg/ExtensionInstalls"
import { ArchiveRefused, Archives, foreignText } from "@alga-psa/ext-adapters-wit"
import { sha256 } from "@alga-psa/ext-adapters-wit/Sha256"
import { Manifest, manifestDecoder, manifestField, manifestText } from "@alga-psa/ext-domain/Manifest"
import { Effect, Schema } from "effect"
import { bundleFacts } from "./BundleFacts.ts"

const most = 256

const Endpoint = Schema.Struct({
  method: manifestText("must be a method such as GET", /^[A-Z]{1,16}$/),
  path: manifestText('must be a path such as "/api/clients"', /^\/[^\s?#]*$/u),
  handler: manifestText('must be "dist/main"')
})

/** What the registry keeps of a manifest, held to what its readers rely on. */
const Published = Schema.Struct({
  ...Manifest.fields,
  version: manifestText("must be a version such as 1.0.0", /^[0-9A-Za-z][0-9A-Za-z.+-]*$/),
  runtime: manifestText("must be a runtime such as wasm-js@1"),
  ui: Schema.optionalKey(
    Schema.Struct({
      type: manifestField(Schema.Literal("iframe"), 'must be "iframe"'),
      entry: manifestText('must be a file of the page such as "ui/index.html"'),
      hooks: Schema.optionalKey(Schema.Record(Schema.String, Schema.Unknown))
    })
  ),
  api: Schema.optionalKey(Schema.Struct({ endpoints: Schema.Array(Endpoint).check(Schema.isMaxLength(most)) }))
}).annotate({ message: "must be a JSON object" })

const decode = manifestDecoder(Published)

const refuse = (message: string) => new ArchiveRefused({ message: foreignText(message) })

/**
 * Opens a bundle and takes its component in, as a runner would, and gives what its manifest says for the registry. Nothing of it
 * is run. Fails where a runner would refuse it.
 */
export const releaseOf = Effect.fnUntraced(function* (archive: Uint8Array) {
  const manifest = yield* Effect.mapError(decode(yield* (yield* Archives).manifest(archive)), ({ message }) =>
    refuse(message)
  )
  const contentHash = yield* Effect.promise(() => sha256(archive))
  const facts = yield* bundleFacts(archive, contentHash)
  if (facts.refusal !== null) return yield* refuse(facts.refusal)
  if (manifest.ui !== undefined && !facts.page)
    return yield* refuse("the manifest names a page, and ui/index.html is not there")
  const { api, capabilities, name, publisher, runtime, ui = null, version } = manifest
  const release: Release = {
    name,
    publisher,
    version,
    runtime,
    capabilities,
    ui,
    endpoints: api?.endpoints ?? [],
    contentHash,
    bytes: archive.byteLength
  }
  return release
})
