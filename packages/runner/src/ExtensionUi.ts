import { createHash } from "node:crypto"
import { CapabilityGate, type ExtensionId, type TenantId } from "@alga-psa/ext-domain"
import { Cache, Context, Duration, Effect, Exit, Layer } from "effect"
import * as Bundle from "./Bundle.ts"
import { type BundleKey, BundleStore } from "./BundleStore.ts"
import { fail, type RunnerError } from "./RunnerError.ts"
import { SeenBundles } from "./SeenBundles.ts"

/** A file of an extension's page. */
export interface UiFile {
  readonly bytes: Uint8Array
  /** SHA-256 of the bytes in hexadecimal. */
  readonly sha256: string
}

/** Which file. */
export interface UiRequest {
  /** Whose copy of the page; null where nobody says, and one that this process has seen will do. */
  readonly tenant: TenantId | null
  readonly extension: ExtensionId
  /** 64 lower-case hexadecimal digits of the archive's SHA-256. */
  readonly hash: string
  /** Below `ui/`. */
  readonly path: string
}

/** How many unpacked bundles are kept in memory, each with at most {@link Bundle.uiBytes} of files. */
export const rememberedUis = 8

/**
 * The pages of extensions.
 *
 * Whoever asks is not known: a browser sends no token for the files of a page. What is served is what a publisher
 * released, the same for every tenant and named by its content; and only while the tenant that is named, or one that
 * this process has seen with the archive, is not suspended and has that version enabled. No tenant's data is in it.
 */
export class ExtensionUi extends Context.Service<
  ExtensionUi,
  {
    /** A file of a verified bundle; fails with `not_found` where there is none, or the tenant does not have it. */
    readonly file: (request: UiRequest) => Effect.Effect<UiFile, RunnerError>
  }
>()("@alga-psa/ext-runner/ExtensionUi") {}

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex")

/** Pages from the bundle store. */
export const layer: Layer.Layer<ExtensionUi, never, BundleStore | CapabilityGate | SeenBundles> = Layer.effect(
  ExtensionUi,
  Effect.gen(function* () {
    const gate = yield* CapabilityGate
    const store = yield* BundleStore
    const seen = yield* SeenBundles

    const fetch = (key: BundleKey) =>
      Effect.map(
        Effect.flatMap(store.read(key), (archive) => Bundle.openUi(archive, key.hash)),
        (files): ReadonlyMap<string, UiFile> =>
          new Map([...files].map(([name, bytes]) => [name, { bytes, sha256: sha256(bytes) }]))
      )
    const cache = yield* Cache.makeWith((name: string) => fetch(parse(name)), {
      capacity: rememberedUis,
      timeToLive: (exit) => (Exit.isSuccess(exit) ? Duration.infinity : Duration.zero)
    })

    const has = (tenant: TenantId, { extension, hash }: UiRequest) =>
      gate.accessTo(tenant, extension).pipe(
        Effect.map(({ contentHashes }) => contentHashes.includes(hash)),
        Effect.catchTags({
          InstallUnavailable: () => Effect.succeed(false),
          DataSourceError: (error) => Effect.fail(fail(error.retryable ? "data_unavailable" : "internal", "", error))
        })
      )

    return ExtensionUi.of({
      file: Effect.fn("ExtensionUi.file")(function* (request) {
        const { extension, hash, path } = request
        const candidates = request.tenant === null ? yield* seen.tenants(extension, hash) : [request.tenant]
        const tenant = yield* Effect.findFirst(candidates, (candidate) => has(candidate, request))
        if (tenant._tag === "None") return yield* fail("not_found")
        const files = yield* Effect.mapError(
          Cache.get(cache, JSON.stringify({ tenant: tenant.value, extension, hash })),
          (error) => fail("bundle_fetch_failed", error.message, error.cause)
        )
        return files.get(path) ?? (yield* fail("not_found"))
      })
    })
  })
)

const parse = (name: string): BundleKey => JSON.parse(name)
