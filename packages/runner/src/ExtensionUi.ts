import { createHash } from "node:crypto"
import type { ExtensionId, TenantId } from "@alga-psa/ext-domain"
import { Cache, Context, Duration, Effect, Exit, Layer } from "effect"
import * as Bundle from "./Bundle.ts"
import { BundleRegistry } from "./BundleRegistry.ts"
import { BundleStore } from "./BundleStore.ts"
import { fail, type RunnerError } from "./RunnerError.ts"

/** A file of an extension's page. */
export interface UiFile {
  readonly bytes: Uint8Array
  /** SHA-256 of the bytes in hexadecimal. */
  readonly sha256: string
}

/** How many unpacked bundles are kept in memory, each with at most {@link Bundle.uiBytes} of files. */
export const rememberedUis = 8

/**
 * The pages of extensions.
 *
 * Whoever asks is not known: a browser sends no token for the files of a page. What is served is what a publisher
 * released, the same for every tenant and named by its content; and only while some tenant that is not suspended
 * has that version enabled. No tenant's data is in it.
 */
export class ExtensionUi extends Context.Service<
  ExtensionUi,
  {
    /** A file below `ui/` of a verified bundle; fails with `not_found` where there is none, or nobody may see it. */
    readonly file: (extension: ExtensionId, hash: string, path: string) => Effect.Effect<UiFile, RunnerError>
  }
>()("@alga-psa/ext-runner/ExtensionUi") {}

interface Source {
  readonly tenant: TenantId
  readonly extension: ExtensionId
  readonly hash: string
}

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex")

/** Pages from the bundle store. */
export const layer: Layer.Layer<ExtensionUi, never, BundleRegistry | BundleStore> = Layer.effect(
  ExtensionUi,
  Effect.gen(function* () {
    const registry = yield* BundleRegistry
    const store = yield* BundleStore

    const fetch = (source: Source) =>
      Effect.map(
        Effect.flatMap(store.read(source), (archive) => Bundle.openUi(archive, source.hash)),
        (files): ReadonlyMap<string, UiFile> =>
          new Map([...files].map(([name, bytes]) => [name, { bytes, sha256: sha256(bytes) }]))
      )
    const cache = yield* Cache.makeWith((name: string) => fetch(parse(name)), {
      capacity: rememberedUis,
      timeToLive: (exit) => (Exit.isSuccess(exit) ? Duration.infinity : Duration.zero)
    })

    return ExtensionUi.of({
      file: Effect.fn("ExtensionUi.file")(function* (extension, hash, path) {
        const tenants = yield* Effect.mapError(registry.holders(extension, hash), (error) =>
          fail("data_unavailable", "", error)
        )
        const known = tenants.map((tenant) => Cache.get(cache, JSON.stringify({ tenant, extension, hash })))
        const [first, ...others] = known
        if (first === undefined) return yield* fail("not_found")
        const files = yield* Effect.mapError(
          others.reduce((before, next) => Effect.catch(before, () => next), first),
          (error) => fail("bundle_fetch_failed", error.message, error.cause)
        )
        return files.get(path) ?? (yield* fail("not_found"))
      })
    })
  })
)

const parse = (name: string): Source => JSON.parse(name)
