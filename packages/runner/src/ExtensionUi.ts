import { type ArchiveFile, Archives, makeIntake } from "@alga-psa/ext-adapters-wit"
import { CapabilityGate, type ExtensionId, type FoundInstall, InstallLookup, type TenantId } from "@alga-psa/ext-domain"
import { Context, Effect, Layer } from "effect"
import * as Bundle from "./Bundle.ts"
import { type BundleKey, BundleStore } from "./BundleStore.ts"
import { IntakeAtOnce, partOfTenant } from "./IntakeSizes.ts"
import { type BundleFailure, isRefusal, runnerError } from "./internal/bundleFailure.ts"
import { ofData } from "./internal/refusals.ts"
import { fail, type RunnerError } from "./RunnerError.ts"

/** Which file. */
export interface UiRequest {
  /** The install that owns the host; null where none does. It has one page, and no other tenant's. */
  readonly owner: FoundInstall | null
  /** Whose copy of the page; null where nobody says, and the copy of any tenant that may show it will do. */
  readonly tenant: TenantId | null
  readonly extension: ExtensionId
  /** 64 lower-case hexadecimal digits of the archive's SHA-256. */
  readonly hash: string
  /** Below `ui/`. */
  readonly path: string
}

/** A file of a page. */
export interface PageFile extends ArchiveFile {
  /** Below `ui/`. It is `index.html` where a path named no file. */
  readonly name: string
}

/** How many pages are kept in memory, where they are not too large together. */
const rememberedPages = 256

/**
 * How many pages may wait to be read and opened. They wait apart from components, so that requests for pages delay no
 * execution.
 */
export const waitingPages = 64

/**
 * The pages of extensions.
 *
 * Whoever asks is not known: a browser sends no token for the files of a page. A page is what a publisher released, the
 * same for every tenant and named by its content. It is served only while its tenant is not suspended and has that
 * version enabled. That is the tenant of the host, the one that is named, or else any that has the archive. The
 * database is asked for each file. No tenant's data is in it.
 */
export class ExtensionUi extends Context.Service<
  ExtensionUi,
  {
    /**
     * A file of a verified bundle. A path that names none is the page's `index.html`, where a page of one document finds its
     * way, but below `assets/`. Fails with `not_found` where there is none or the tenant does not have it, with
     * `overloaded` where too many pages wait, and with `bundle_fetch_failed`; a refusal is remembered for five minutes.
     */
    readonly file: (request: UiRequest) => Effect.Effect<PageFile, RunnerError>
    /** Reads and opens the page of a proven caller's bundle; says whether it has a page. Fails as {@link file}. */
    readonly warm: (key: BundleKey) => Effect.Effect<boolean, RunnerError>
  }
>()("@alga-psa/ext-runner/ExtensionUi") {}

type Page = ReadonlyMap<string, ArchiveFile>

const document = "index.html"

const find = (files: Page, path: string): PageFile | null => {
  const name = files.has(path) || path.startsWith("assets/") ? path : document
  const file = files.get(name)
  return file === undefined ? null : { ...file, name }
}

const bytesOf = (page: Page): number => [...page.values()].reduce((sum, { bytes }) => sum + bytes.byteLength, 0)

/** Pages from the bundle store. */
export const layer: Layer.Layer<ExtensionUi, never, BundleStore | CapabilityGate | InstallLookup | Archives> =
  Layer.effect(
    ExtensionUi,
    Effect.gen(function* () {
      const gate = yield* CapabilityGate
      const store = yield* BundleStore
      const lookup = yield* InstallLookup

      const archives = yield* Archives
      const { pageBytes, pages } = yield* IntakeAtOnce
      const intake = yield* makeIntake<Page, BundleFailure>({
        concurrency: pages,
        concurrencyPerTenant: partOfTenant(pages),
        queueLength: waitingPages,
        kept: { entries: rememberedPages, weight: { most: pageBytes, of: bytesOf } },
        isRefusal
      })

      const fetch = (key: BundleKey) =>
        Effect.flatMap(store.read(key), (archive) => Bundle.openUi(archive, key.hash)).pipe(
          Effect.provideService(Archives, archives)
        )

      const has = (tenant: TenantId, { extension, hash }: UiRequest) =>
        gate.accessTo(tenant, extension).pipe(
          Effect.map(({ contentHashes }) => contentHashes.includes(hash)),
          Effect.catchTag("InstallUnavailable", () => Effect.succeed(false))
        )

      /** Whose copy is served; null where nobody's may be. */
      const tenantOf = (request: UiRequest) => {
        const { extension, hash, owner, tenant } = request
        if (owner !== null) {
          const isOwn = owner.extensionId === extension && owner.contentHash === hash
          return Effect.succeed(isOwn && (tenant ?? owner.tenantId) === owner.tenantId ? owner.tenantId : null)
        }
        return tenant === null
          ? Effect.map(lookup.byBundle(extension, hash), (install) => install?.tenantId ?? null)
          : Effect.map(has(tenant, request), (may) => (may ? tenant : null))
      }

      const files = (key: BundleKey) =>
        intake
          .get(
            { tenantId: key.tenant, name: JSON.stringify([key.tenant, key.extension, key.hash]), hash: key.hash },
            fetch(key)
          )
          .pipe(Effect.mapError(runnerError))

      return ExtensionUi.of({
        file: Effect.fn("ExtensionUi.file")(function* (request) {
          const { extension, hash, path } = request
          const tenant = yield* Effect.mapError(tenantOf(request), ofData)
          if (tenant === null) return yield* fail("not_found")
          return find(yield* files({ tenant, extension, hash }), path) ?? (yield* fail("not_found"))
        }),
        warm: (key) => Effect.map(files(key), (page) => page.has(document))
      })
    })
  )
