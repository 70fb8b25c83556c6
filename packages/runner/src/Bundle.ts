import { createHash } from "node:crypto"
import { Readable } from "node:stream"
import { buffer } from "node:stream/consumers"
import { promisify } from "node:util"
import * as zlib from "node:zlib"
import { foreignText } from "@alga-psa/ext-adapters-wit/ForeignText"
import { type Manifest, parseManifest } from "@alga-psa/ext-domain/Manifest"
import { Effect, Schema } from "effect"
import * as tar from "tar-stream"

/** What an archive may unpack to: 128 MiB in at most 2,000 files. */
export const unpacked = { bytes: 128 * 1024 * 1024, files: 2_000 } as const

/** The archive is not a bundle that the runner accepts. */
export class BundleInvalid extends Schema.TaggedError<BundleInvalid>()("BundleInvalid", {
  /** The rule that it breaks. */
  why: Schema.String,
  /** For the log only. */
  cause: Schema.optional(Schema.Defect())
}) {
  override get message(): string {
    return foreignText(this.why)
  }
}

/** What the runner takes from an archive. */
export interface Bundle {
  readonly manifest: Manifest
  /** The WebAssembly component, `dist/main.wasm`. */
  readonly component: Uint8Array
}

const zstdDecompress = promisify(zlib.zstdDecompress)

/** What the files of a page may hold together: 16 MiB. */
export const uiBytes = 16 * 1024 * 1024

const longestName = 512

/** The name of a file in the archive, or null where it is no plain relative path. */
const plainName = (given: string): string | null => {
  const name = given.replace(/^\.\//, "")
  const plain =
    name.length <= longestName &&
    /^[^\\\p{Cc}]+$/u.test(name) &&
    name.split("/").every((part) => part !== "" && part !== "." && part !== "..")
  return plain ? name : null
}

const collect = async (
  archive: Uint8Array,
  isWanted: (name: string) => boolean,
  mostBytes: number = unpacked.bytes
): Promise<Map<string, Buffer>> => {
  const found = new Map<string, Buffer>()
  const plain = await zstdDecompress(archive, { maxOutputLength: unpacked.bytes })
  let files = 0
  let bytes = 0
  for await (const entry of Readable.from([plain]).pipe(tar.extract())) {
    if (++files > unpacked.files) throw new RangeError("too many files")
    const name = entry.header.type === "file" ? plainName(entry.header.name) : null
    if (name !== null && isWanted(name)) {
      bytes += entry.header.size ?? 0
      if (bytes > mostBytes) throw new RangeError("too many bytes")
      found.set(name, await buffer(entry))
    } else entry.resume()
  }
  return found
}

const verified = Effect.fnUntraced(function* (
  archive: Uint8Array,
  hash: string,
  isWanted: (name: string) => boolean,
  mostBytes?: number
) {
  if (createHash("sha256").update(archive).digest("hex") !== hash) {
    return yield* new BundleInvalid({ why: "the archive's bytes do not have this content hash" })
  }
  return yield* Effect.tryPromise({
    try: () => collect(archive, isWanted, mostBytes),
    catch: (cause) => new BundleInvalid({ why: "the archive is not a readable bundle.tar.zst", cause })
  })
})

/**
 * Checks the hash over the archive's bytes, and only then unpacks it, in memory. Nothing is written to disk, so no
 * path in the archive can lead anywhere.
 */
export const open = Effect.fn("Bundle.open")(function* (archive: Uint8Array, hash: string) {
  const files = yield* verified(archive, hash, (name) => name === "manifest.json" || name === "dist/main.wasm")
  const manifestFile = files.get("manifest.json")
  const component = files.get("dist/main.wasm")
  if (manifestFile === undefined) return yield* new BundleInvalid({ why: "the archive has no manifest.json" })
  if (component === undefined) return yield* new BundleInvalid({ why: "the archive has no dist/main.wasm" })
  const manifest = yield* Effect.mapError(
    parseManifest(manifestFile.toString("utf8")),
    ({ message }) => new BundleInvalid({ why: message })
  )
  return { manifest, component } satisfies Bundle
})

const uiFolder = "ui/"

/**
 * The files below `ui/`, by their paths there; checked like {@link open}. Links and names that are no plain relative
 * paths are left out.
 */
export const openUi = Effect.fn("Bundle.openUi")(function* (archive: Uint8Array, hash: string) {
  const files = yield* verified(archive, hash, (name) => name.startsWith(uiFolder), uiBytes)
  return new Map([...files].map(([name, bytes]) => [name.slice(uiFolder.length), bytes]))
})
