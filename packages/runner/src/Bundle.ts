import {
  type ArchiveFile,
  ArchiveRefused,
  Archives,
  type ArchiveUnopened,
  foreignText
} from "@alga-psa/ext-adapters-wit"
import { sha256 } from "@alga-psa/ext-adapters-wit/Sha256"
import { decodeManifest, type Manifest } from "@alga-psa/ext-domain/Manifest"
import { Effect, Schema } from "effect"

/** The archive's bytes do not have the content hash that was asked for. */
export class BundleMismatch extends Schema.TaggedError<BundleMismatch>()("BundleMismatch", {}) {
  override get message(): string {
    return "the archive's bytes do not have this content hash"
  }
}

/** What the runner takes from an archive. */
export interface Bundle {
  readonly manifest: Manifest
  /** The WebAssembly component, `dist/main.wasm`. */
  readonly component: Uint8Array
}

const checkHash = Effect.fnUntraced(function* (archive: Uint8Array, hash: string) {
  if ((yield* Effect.promise(() => sha256(archive))) !== hash) return yield* new BundleMismatch()
})

/** Checks the hash over the archive's bytes, and only then has the archive opened. Nothing is written to disk. */
export const open = Effect.fn("Bundle.open")(function* (
  archive: Uint8Array,
  hash: string
): Effect.fn.Return<Bundle, BundleMismatch | ArchiveRefused | ArchiveUnopened, Archives> {
  yield* checkHash(archive, hash)
  const opened = yield* (yield* Archives).component(archive)
  const manifest = yield* Effect.mapError(
    decodeManifest(opened.manifest),
    ({ message }) => new ArchiveRefused({ message: foreignText(message) })
  )
  return { manifest, component: opened.component }
})

/** The files below `ui/`, by their paths there; checked like {@link open}. */
export const openUi = Effect.fn("Bundle.openUi")(function* (
  archive: Uint8Array,
  hash: string
): Effect.fn.Return<ReadonlyMap<string, ArchiveFile>, BundleMismatch | ArchiveRefused | ArchiveUnopened, Archives> {
  yield* checkHash(archive, hash)
  return yield* (yield* Archives).page(archive)
})
