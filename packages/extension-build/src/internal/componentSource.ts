import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { type BundledHandler, type Engine, prepareComponent } from "@alga-psa/ext-extension-sdk/build"
import { Effect } from "effect"
import type { AuthoredManifest } from "../AuthoredManifest.ts"
import { checkSources } from "../CheckSources.ts"
import { entryOf } from "../Extension.ts"
import type { Finding } from "../Finding.ts"
import { namedInterfaces } from "../NamedInterfaces.ts"
import { explaining } from "./explainBuild.ts"

/** Where a bundle's component comes from. */
export interface ComponentSource {
  readonly engine: Engine | null
  readonly script: BundledHandler | null
  /** In hex, of all that the component is made of. */
  readonly fingerprint: string
  /** What is wrong with the code, and between it and the manifest. */
  readonly findings: ReadonlyArray<Finding>
  /** The interfaces of the world that the component imports, such as `clients`, sorted. */
  readonly interfaces: ReadonlyArray<string>
  readonly write: (file: string) => Promise<unknown>
}

const world = join(dirname(createRequire(import.meta.url).resolve("@alga-psa/ext-adapters-wit/package.json")), "wit")

/** How a component is to be made. */
export interface SourceOptions {
  readonly engine?: Engine | undefined
  readonly entry?: string | undefined
  readonly witDir?: string | undefined
  readonly interfaces?: ReadonlyArray<string> | undefined
  readonly types?: boolean | undefined
}

/** A component that is made from the extension's sources. */
export const sourceOf = Effect.fnUntraced(function* (
  folder: string,
  { capabilities }: AuthoredManifest,
  options: SourceOptions
) {
  const engine = options.engine ?? "quickjs"
  const entry = yield* entryOf(folder, options.entry)
  const witDir = options.witDir ?? world
  const named = yield* namedInterfaces(folder, options.interfaces ?? [])
  const whole = yield* explaining({ folder }, () => prepareComponent({ entry, engine, witDir }))
  const sources = { folder, entry, capabilities, named, types: options.types ?? true }
  const { findings, interfaces, uses } = yield* Effect.promise(() => checkSources(sources, whole))
  const prepared = yield* explaining({ folder }, () => prepareComponent({ entry, engine, witDir, interfaces, uses }))
  return {
    engine,
    script: prepared.bundle,
    fingerprint: prepared.fingerprint,
    findings,
    interfaces: prepared.interfaces,
    write: prepared.write
  } satisfies ComponentSource
})
