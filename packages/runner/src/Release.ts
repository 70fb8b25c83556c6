import type { Release } from "@alga-psa/ext-adapters-pg/ExtensionInstalls"
import { ArchiveRefused, Archives, foreignText } from "@alga-psa/ext-adapters-wit"
import { sha256 } from "@alga-psa/ext-adapters-wit/Sha256"
import { manifestDecoder, PublishedManifest } from "@alga-psa/ext-domain/Manifest"
import { Effect } from "effect"
import { bundleFacts } from "./BundleFacts.ts"

const decode = manifestDecoder(PublishedManifest)

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
