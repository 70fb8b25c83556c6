import type { ExtensionId, TenantId } from "@alga-psa/ext-domain"
import { Context, Effect, FileSystem, Layer, Path, Schema, Stream } from "effect"

/** The store has no such archive, or could not give it. */
export class BundleStoreError extends Schema.TaggedError<BundleStoreError>()("BundleStoreError", {
  reason: Schema.Literals(["not-found", "too-large", "unavailable"]),
  /** For the log only. */
  cause: Schema.optional(Schema.Defect())
}) {
  override get message(): string {
    return {
      "not-found": "no such bundle",
      "too-large": "the bundle is too large",
      unavailable: "the bundle store is unavailable"
    }[this.reason]
  }
}

/** Which archive. `hash` is 64 lower-case hexadecimal digits of SHA-256. */
export interface BundleKey {
  readonly tenant: TenantId
  readonly extension: ExtensionId
  readonly hash: string
}

/**
 * Keeps the archives of extensions, each under its tenant, extension and hash. The store is not trusted to give the
 * right bytes: whoever reads checks the hash.
 */
export class BundleStore extends Context.Service<
  BundleStore,
  {
    /** The archive's bytes, at most `archiveBytes` of them. */
    readonly read: (key: BundleKey) => Effect.Effect<Uint8Array, BundleStoreError>
    /** Succeeds where the store can be read at this moment. */
    readonly check: Effect.Effect<void, BundleStoreError>
  }
>()("@alga-psa/ext-runner/BundleStore") {}

/** The largest archive that is read: 64 MiB. */
export const archiveBytes = 64 * 1024 * 1024

/** Where an archive lies in a store: the layout that the product's own object store uses. */
export const bundlePath = ({ extension, hash, tenant }: BundleKey): string =>
  `tenants/${tenant}/extensions/${extension}/sha256/${hash}/bundle.tar.zst`

const pieceBytes = 1024 * 1024

/** A store in a directory. */
export const layerDirectory = (directory: string): Layer.Layer<BundleStore, never, FileSystem.FileSystem | Path.Path> =>
  Layer.effect(
    BundleStore,
    Effect.gen(function* () {
      const files = yield* FileSystem.FileSystem
      const path = yield* Path.Path
      return BundleStore.of({
        check: Effect.catch(files.access(directory, { readable: true }), (cause) =>
          Effect.fail(new BundleStoreError({ reason: "unavailable", cause }))
        ),
        read: Effect.fn("BundleStore.read")(
          function* (key) {
            const file = path.join(directory, bundlePath(key))
            const { size, type } = yield* files.stat(file)
            if (type !== "File") return yield* new BundleStoreError({ reason: "unavailable" })
            if (Number(size) > archiveBytes) return yield* new BundleStoreError({ reason: "too-large" })
            // The file may grow meanwhile.
            const read = files.stream(file, { bytesToRead: archiveBytes + 1, chunkSize: pieceBytes })
            const archive = Buffer.concat(yield* Stream.runCollect(read))
            return archive.byteLength > archiveBytes ? yield* new BundleStoreError({ reason: "too-large" }) : archive
          },
          Effect.catchTag("PlatformError", (cause) =>
            Effect.fail(
              new BundleStoreError({ reason: cause.reason._tag === "NotFound" ? "not-found" : "unavailable", cause })
            )
          )
        )
      })
    })
  )
