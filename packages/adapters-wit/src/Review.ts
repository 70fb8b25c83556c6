import {
  type Capability,
  type ManifestInvalid,
  manifestDecoder,
  ShownManifest,
  unknownCapabilities
} from "@alga-psa/ext-domain"
import { Effect } from "effect"
import { ArchiveRefused } from "./ArchiveRefused.ts"
import { Archives, noComponent } from "./Archives.ts"
import type { Component } from "./Component.ts"
import { type ComponentNotes, componentNotes } from "./ComponentNotes.ts"
import { ComponentStore } from "./ComponentStore.ts"
import { foreignText } from "./ForeignText.ts"
import { interfaceCapabilities, packageName } from "./KnownWorld.ts"
import { sha256 } from "./Sha256.ts"

const decodeManifest = manifestDecoder(ShownManifest)

/** The linear memory of a component, in KiB. */
export interface MemoryBounds {
  readonly startKib: number
  /** What it may grow to by itself; null where it names no bound. */
  readonly maximumKib: number | null
}

/** A component, as intake found it. It was not run. */
export interface ReviewedComponent extends ComponentNotes {
  /** SHA-256 of its bytes, in hexadecimal. */
  readonly hash: string
  readonly bytes: number
  /** Import names, such as `alga:extension/clients`. */
  readonly imports: ReadonlyArray<string>
  /** What its imports can use. A component made from JavaScript may import every interface, used or not. */
  readonly capabilities: ReadonlyArray<Capability>
  readonly memory: MemoryBounds
}

/** A bundle without its component. */
export interface BundleReview {
  /** `sha256:` and the hash of its bytes. */
  readonly contentHash: string
  readonly bytes: number
  readonly manifest: ShownManifest
  /** Declared names that this host does not know. */
  readonly unknownCapabilities: ReadonlyArray<string>
  /** The files below `ui/`; null where there are none. */
  readonly page: { readonly files: number; readonly bytes: number; readonly sha256: string } | null
}

/** What was found in a file. */
export interface Review {
  /** Null for a bundle of a page alone. */
  readonly component: ReviewedComponent | null
  /** Null for a component alone. */
  readonly bundle: BundleReview | null
}

const pageKib = 64

/** The linear memory that a component starts with, and may grow to. */
export const memoryOf = ({ modules }: Pick<Component, "modules">): MemoryBounds => {
  const memories = modules.flatMap((module) => module.memories)
  const sum = (numbers: ReadonlyArray<number>) => numbers.reduce((total, one) => total + one, 0) * pageKib
  const maxima = memories.map(({ maximum }) => maximum)
  return {
    startKib: sum(memories.map(({ minimum }) => minimum)),
    maximumKib: maxima.includes(null) ? null : sum(maxima.map(Number))
  }
}

const capabilityOf: ReadonlyMap<string, Capability> = new Map(
  Object.entries(interfaceCapabilities).map(([name, capability]) => [`${packageName}/${name}`, capability])
)

const reviewComponent = Effect.fnUntraced(function* (code: Uint8Array) {
  const component = yield* (yield* ComponentStore).accept(code)
  return {
    ...componentNotes(code),
    hash: component.hash,
    bytes: code.byteLength,
    imports: component.imports,
    capabilities: [...new Set(component.imports.flatMap((name) => capabilityOf.get(name) ?? []))].sort(),
    memory: memoryOf(component)
  } satisfies ReviewedComponent
})

const refused = ({ message }: ManifestInvalid) => new ArchiveRefused({ message: foreignText(message) })

const reviewBundle = Effect.fnUntraced(function* (bytes: Uint8Array) {
  const archives = yield* Archives
  const code = yield* archives.component(bytes).pipe(
    Effect.map(({ component }) => component),
    Effect.catchTag("ArchiveRefused", (error) =>
      error.message === noComponent ? Effect.succeed(null) : Effect.fail(error)
    )
  )
  const manifest = yield* Effect.mapError(decodeManifest(yield* archives.manifest(bytes)), refused)
  const files = [...(yield* archives.page(bytes))].sort(([one], [other]) => (one < other ? -1 : 1))
  const listed = files.map(([name, { sha256: hash }]) => `${hash} ${name}\n`).join("")
  const page = {
    files: files.length,
    bytes: files.reduce((sum, [, file]) => sum + file.bytes.byteLength, 0),
    sha256: yield* Effect.promise(() => sha256(Buffer.from(listed)))
  }
  const bundle: BundleReview = {
    contentHash: `sha256:${yield* Effect.promise(() => sha256(bytes))}`,
    bytes: bytes.byteLength,
    manifest,
    unknownCapabilities: unknownCapabilities(manifest.capabilities),
    page: files.length === 0 ? null : page
  }
  return { bundle, component: code === null ? null : yield* reviewComponent(code) }
})

const zstdMagic = [0x28, 0xb5, 0x2f, 0xfd]

/**
 * Says what a bundle or a component is, opened and taken in as a host does it, within the same bounds. Nothing of it is run. Fails
 * where a host would refuse it.
 */
export const review = Effect.fn("review")(function* (bytes: Uint8Array) {
  const found: Review = zstdMagic.every((byte, at) => bytes[at] === byte)
    ? yield* reviewBundle(bytes)
    : { component: yield* reviewComponent(bytes), bundle: null }
  return found
})
