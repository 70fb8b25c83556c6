/**
 * Makes components of handlers, without checks and without a bundle. `alga-ext build` does both.
 *
 * @module @alga-psa/ext-extension-sdk/build
 */
import { createHash } from "node:crypto"
import { mkdir, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { dirname, join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { BuildError } from "./BuildError.ts"
import { type BundledHandler, bundleHandler } from "./internal/build/bundleHandler.ts"
import { type ComponentSource, componentize, type Engine, hashOf } from "./internal/build/componentize.ts"
import { withCustomSection } from "./internal/build/customSection.ts"
import { importedNames } from "./internal/build/importedNames.ts"
import { namedLocales } from "./internal/build/namedLocales.ts"
import { withNeeds } from "./internal/build/needs.ts"
import { interfacesOfWorld } from "./internal/build/worldFiles.ts"

export { BuildError } from "./BuildError.ts"
export type { BundledHandler, BundledModule } from "./internal/build/bundleHandler.ts"
export type { Engine } from "./internal/build/componentize.ts"

/** A place in the author's sources that uses an interface of the world. */
export interface ComponentUse {
  /** Such as `clients`. */
  readonly interface: string
  /** File, line and column: `src/handler.ts:12:5`. */
  readonly at: string
  /** As it is written: `host.clients`. */
  readonly written: string
}

/** What to build, and where to. Paths are absolute, relative to the working directory, or file URLs. */
export interface BuildComponentOptions {
  /** The module that exports `handler = serve(…)`. */
  readonly entry: string | URL
  /** The component's file; its folder is made where it is missing. */
  readonly outFile: string | URL
  /** Default: `quickjs`, about 1.8 MB. `starlingmonkey` is about 13 MB. */
  readonly engine?: Engine
  /** The folder of the world's WIT files. Default: that of `@alga-psa/ext-adapters-wit`, as `entry` would import it. */
  readonly witDir?: string | URL
  /** Default: `runner`. */
  readonly worldName?: string
  /**
   * The interfaces of the world that the component imports, such as `clients` and `user-v2`. It must name all that the handler
   * uses: `host` has no other parts, and one that is used all the same throws. What the entry or the component's shell imports
   * itself is added. Default: every interface of the world, so that whatever the handler uses is there. `alga-ext build` finds
   * out what is used.
   */
  readonly interfaces?: ReadonlyArray<string> | undefined
  /**
   * The locales that `formatMoney`, `formatDate` and `collator` know in the component, such as `de-DE`. Each must be one that
   * Node knows. Default: those under `alga.locales` in the nearest `package.json`.
   */
  readonly locales?: ReadonlyArray<string> | undefined
  /**
   * Where the sources use the world, for whoever reviews the component: it carries the list, and nothing runs by it. `alga-ext build`
   * finds it. Default: none.
   */
  readonly uses?: ReadonlyArray<ComponentUse>
  /** Default: false, which keeps the names in stack traces. */
  readonly minify?: boolean
}

/** A component that was built. */
export interface BuiltComponent {
  readonly file: string
  readonly engine: Engine
  /** The component's size in bytes. */
  readonly size: number
  /** The size in bytes of the JavaScript in it. */
  readonly scriptSize: number
  /** The interfaces it imports. */
  readonly imports: ReadonlyArray<string>
}

const path = (file: string | URL): string => (file instanceof URL ? fileURLToPath(file) : resolve(file))

/**
 * The folder of the world's WIT files, as a module of that name would import its package.
 *
 * @example
 * ```ts
 * import { worldDirOf } from "@alga-psa/ext-extension-sdk/build"
 *
 * console.log(worldDirOf("src/component.ts"))
 * ```
 */
export const worldDirOf = (entry: string | URL): string => {
  try {
    return join(dirname(createRequire(path(entry)).resolve("@alga-psa/ext-adapters-wit/package.json")), "wit")
  } catch (cause) {
    throw new BuildError("componentize", path(entry), "no world: install @alga-psa/ext-adapters-wit or pass witDir", {
      cause
    })
  }
}

/**
 * The interfaces that a component imports, in the order it names them.
 *
 * @example
 * ```ts
 * import { readFile } from "node:fs/promises"
 * import { importsOf } from "@alga-psa/ext-extension-sdk/build"
 *
 * console.log(await importsOf(await readFile("dist/main.wasm")))
 * ```
 */
export const importsOf = async (component: Uint8Array): Promise<ReadonlyArray<string>> => importedNames(component)

/** A component that is bundled and not made yet. */
export interface PreparedComponent {
  readonly bundle: BundledHandler
  /** SHA-256, in hex, of all that the component is made of: script, world, engine, tools and the list of uses. */
  readonly fingerprint: string
  /** The interfaces of the world that it imports, such as `clients`, sorted. */
  readonly interfaces: ReadonlyArray<string>
  /** Makes the component and writes it to `outFile`. */
  readonly write: (outFile: string | URL) => Promise<BuiltComponent>
}

/**
 * Bundles a handler and tells what a component of it would be made of, which takes milliseconds: a caller that keeps
 * the fingerprint of its last build can leave out the rest. Fails with a `BuildError`.
 *
 * @example
 * ```ts
 * import { prepareComponent } from "@alga-psa/ext-extension-sdk/build"
 *
 * const prepared = await prepareComponent({ entry: "src/component.ts" })
 * if (prepared.fingerprint !== "that of the last build") await prepared.write("dist/main.wasm")
 * ```
 */
export const prepareComponent = async (options: Omit<BuildComponentOptions, "outFile">): Promise<PreparedComponent> => {
  const entry = path(options.entry)
  const named = options.interfaces === undefined ? null : new Set(options.interfaces)
  const bundle = await bundleHandler(entry, options.minify ?? false, named, namedLocales(entry, options.locales))
  const source: ComponentSource = {
    entry,
    script: bundle.script,
    engine: options.engine ?? "quickjs",
    witDir: options.witDir === undefined ? worldDirOf(entry) : path(options.witDir),
    worldName: options.worldName ?? "runner",
    interfaces: named === null ? null : [...new Set([...named, ...bundle.interfaces])].sort()
  }
  const notes = JSON.stringify({ engine: source.engine, uses: options.uses ?? [] })
  const fingerprint = createHash("sha256")
    .update(await hashOf(source))
    .update(notes)
    .digest("hex")
  const interfaces = source.interfaces ?? (await interfacesOfWorld(source.witDir, source.worldName))
  return {
    bundle,
    fingerprint,
    interfaces,
    write: (outFile) => writeComponent(source, bundle.needs, notes, path(outFile))
  }
}

const writeComponent = async (
  source: ComponentSource,
  needs: BundledHandler["needs"],
  notes: string,
  file: string
): Promise<BuiltComponent> => {
  const made = withNeeds(await componentize(source), needs)
  const component = withCustomSection(made, "alga:build", notes)
  const imports = await importsOf(component)
  const foreign = imports.filter((name) => !name.startsWith("alga:extension/"))
  if (foreign.length > 0) throw new BuildError("check", source.entry, `it imports ${foreign.join(", ")}`)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, component)
  const scriptSize = Buffer.byteLength(source.script)
  return { file, engine: source.engine, size: component.length, scriptSize, imports }
}

/**
 * Bundles a handler and makes a component of it. The result imports `alga:extension/*` and nothing else: no WASI.
 * Fails with a `BuildError` that carries what the tool said.
 *
 * @example
 * ```ts
 * import { buildComponent } from "@alga-psa/ext-extension-sdk/build"
 *
 * const { size } = await buildComponent({ entry: "src/component.ts", outFile: "dist/main.wasm", engine: "quickjs" })
 * console.log(size)
 * ```
 */
export const buildComponent = async ({ outFile, ...options }: BuildComponentOptions): Promise<BuiltComponent> =>
  (await prepareComponent(options)).write(outFile)
