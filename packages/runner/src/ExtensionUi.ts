import { type ArchiveFile, Archives, makeIntake } from "@alga-psa/ext-adapters-wit"
import { CapabilityGate, type ExtensionId, type TenantId } from "@alga-psa/ext-domain"
import { Context, Effect, Layer } from "effect"
import * as Bundle from "./Bundle.ts"
import { type BundleKey, BundleStore } from "./BundleStore.ts"
import { type BundleFailure, isRefusal, runnerError } from "./internal/bundleFailure.ts"
import { fail, type RunnerError } from "./RunnerError.ts"
import { SeenBundles } from "./SeenBundles.ts"

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

/** How many pages are kept in memory, and how many bytes of their files together: 128 MiB. */
export const rememberedPages = { entries: 256, bytes: 128 * 1024 * 1024 } as const

/**
 * How many pages are read and opened at the same time, how many of them for one tenant, and how many wait. They wait
 * apart from components, so that who asks for pages holds up no execution.
 */
export const pageIntake = { concurrency: 2, concurrencyPerTenant: 1, queueLength: 64 } as const

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
    /**
     * A file of a verified bundle. Fails with `not_found` where there is none or the tenant does not have it, with
     * `overloaded` where too many pages wait, and with `bundle_fetch_failed`; a refusal is remembered for five minutes.
     */
    readonly file: (request: UiRequest) => Effect.Effect<ArchiveFile, RunnerError>
  }
>()("@alga-psa/ext-runner/ExtensionUi") {}

type Page = ReadonlyMap<string, ArchiveFile>

const bytesOf = (page: Page): number => [...page.values()].reduce((sum, { bytes }) => sum + bytes.byteLength, 0)

/** Pages from the bundle store. */
export const layer: Layer.Layer<ExtensionUi, never, BundleStore | CapabilityGate | SeenBundles | Archives> =
  Layer.effect(
    ExtensionUi,
    Effect.gen(function* () {
      const gate = yield* CapabilityGate
      const store = yield* BundleStore
      const seen = yield* SeenBundles

      const archives = yield* Archives
      const intake = yield* makeIntake<Page, BundleFailure>({
        ...pageIntake,
        kept: { entries: rememberedPages.entries, weight: { most: rememberedPages.bytes, of: bytesOf } },
        isRefusal
      })

      const fetch = (key: BundleKey) =>
        Effect.flatMap(store.read(key), (archive) => Bundle.openUi(archive, key.hash)).pipe(
          Effect.provideService(Archives, archives)
        )

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
          const key = { tenant: tenant.value, extension, hash }
          const name = JSON.stringify([tenant.value, extension, hash])
          const files = yield* Effect.mapError(
            intake.get({ tenantId: tenant.value, name, hash }, fetch(key)),
            runnerError
          )
          return files.get(path) ?? (yield* fail("not_found"))
        })
      })
    })
  )
