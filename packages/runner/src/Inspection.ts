import { createHash } from "node:crypto"
import {
  type Component,
  ComponentStore,
  interfaceCapabilities,
  type Limits,
  packageName
} from "@alga-psa/ext-adapters-wit"
import { type Capability, type Manifest, unknownCapabilities } from "@alga-psa/ext-domain"
import { Effect } from "effect"
import * as Bundle from "./Bundle.ts"
import { type ComponentNeed, componentNeeds } from "./internal/componentNeeds.ts"

const capabilityOf: ReadonlyMap<string, Capability> = new Map(
  Object.entries(interfaceCapabilities).map(([name, capability]) => [`${packageName}/${name}`, capability])
)

/** What a component is, as intake found it. It was not run. */
export interface Inspection {
  /** SHA-256 of the component's bytes. */
  readonly hash: string
  readonly bytes: number
  readonly imports: ReadonlyArray<string>
  /** Capabilities that its imports can use. A component made from JavaScript imports every interface, used or not. */
  readonly capabilities: ReadonlyArray<Capability>
  /** What its code asks of the host with each request. On a host that sets no such header, a caller could set it. */
  readonly needs: ReadonlyArray<ComponentNeed>
  /** Linear memory that it starts with, and may grow to by itself, in KiB; null where it names no bound. */
  readonly memory: { readonly startKib: number; readonly maximumKib: number | null }
  readonly limits: Limits
  /** Only for a bundle. */
  readonly bundle: {
    readonly contentHash: string
    readonly bytes: number
    readonly manifest: Manifest
    readonly unknownCapabilities: ReadonlyArray<string>
    readonly uiFiles: number
  } | null
}

const zstdMagic = [0x28, 0xb5, 0x2f, 0xfd]
const pageKib = 64

/** The linear memory that a component starts with, and may grow to, in KiB; null where it names no bound. */
export const memoryOf = ({ modules }: Component) => {
  const memories = modules.flatMap((module) => module.memories)
  const sum = (numbers: ReadonlyArray<number>) => numbers.reduce((total, one) => total + one, 0) * pageKib
  const maxima = memories.map(({ maximum }) => maximum)
  return {
    startKib: sum(memories.map(({ minimum }) => minimum)),
    maximumKib: maxima.includes(null) ? null : sum(maxima.map(Number))
  }
}

const open = Effect.fnUntraced(function* (bytes: Uint8Array) {
  if (!zstdMagic.every((byte, i) => bytes[i] === byte)) return { component: bytes, bundle: null }
  const hash = createHash("sha256").update(bytes).digest("hex")
  const { component, manifest } = yield* Bundle.open(bytes, hash)
  const bundle = {
    contentHash: `sha256:${hash}`,
    bytes: bytes.byteLength,
    manifest,
    unknownCapabilities: unknownCapabilities(manifest.capabilities),
    uiFiles: (yield* Bundle.openUi(bytes, hash)).size
  }
  return { component, bundle }
})

/** Takes a component, or the one in a bundle, in and says what it is. Fails where it would be refused. */
export const inspection = Effect.fnUntraced(function* (bytes: Uint8Array, limits: Limits) {
  const { bundle, component: code } = yield* open(bytes)
  const component = yield* (yield* ComponentStore).accept(code)
  const used = component.imports.flatMap((name) => capabilityOf.get(name) ?? [])
  return {
    hash: component.hash,
    bytes: code.byteLength,
    imports: component.imports,
    capabilities: [...new Set(used)].sort(),
    needs: componentNeeds(code),
    memory: memoryOf(component),
    limits,
    bundle
  } satisfies Inspection
})
