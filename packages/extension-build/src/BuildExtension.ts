import { createHash, randomUUID } from "node:crypto"
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { buildPage } from "@alga-psa/ext-extension-sdk/BuildPage"
import type { BundledHandler, Engine } from "@alga-psa/ext-extension-sdk/build"
import { Effect, Result } from "effect"
import type { AuthoredManifest } from "./AuthoredManifest.ts"
import { checkPage } from "./CheckPage.ts"
import { type Extension, readExtension } from "./Extension.ts"
import { invalid } from "./ExtensionInvalid.ts"
import { type Finding, findingLine } from "./Finding.ts"
import { type ComponentSource, sourceOf } from "./internal/componentSource.ts"
import { explaining } from "./internal/explainBuild.ts"
import { isKeptBuild, nameInBuild } from "./internal/keptBuild.ts"
import { makeOutputFolder } from "./internal/outputFolder.ts"
import { type PackageSize, packageSizes, sizeNotes } from "./PackageSizes.ts"
import { type BundleFiles, packBundle } from "./PackBundle.ts"
import { type RequestNeed, requestNeeds } from "./RequestNeeds.ts"

/** What to build. */
export interface BuildExtensionOptions {
  /** The extension's folder, with `manifest.json`, `src` and, where it has a page, `ui`. */
  readonly folder: string
  /** The module that exports `handler`, relative to the folder. Default: `src/component.ts`. */
  readonly entry?: string | undefined
  /** Default: `quickjs`. */
  readonly engine?: Engine | undefined
  /** A component that is made already, relative to the folder: it is checked and packed, and no source is read. */
  readonly component?: string | undefined
  /** The folder of the world's WIT files. Default: that of `@alga-psa/ext-adapters-wit`. */
  readonly witDir?: string | undefined
  /**
   * Interfaces of the world that the component imports, such as `clients-v2`, whether its code is seen to use them or not; those
   * under `alga.interfaces` in `package.json` are added. Default: none beside those that its code uses.
   */
  readonly interfaces?: ReadonlyArray<string> | undefined
  /** Where builds are kept. Default: `dist/builds` in the extension's folder. */
  readonly buildsDir?: string | undefined
  /** `false` gives what is wrong with the code and its capabilities as notes. Default: true, which fails. */
  readonly strict?: boolean | undefined
  /** `false` leaves out type errors. Default: true. */
  readonly types?: boolean | undefined
}

/** An extension as it was built. Its files stay as they are: another source is another folder. */
export interface BuiltExtension {
  /** `null` for a component that was made elsewhere. */
  readonly engine: Engine | null
  readonly manifest: AuthoredManifest
  /** The component, `dist/component.json`, the page and the bundle. */
  readonly folder: string
  readonly componentFile: string
  /** In bytes. */
  readonly componentSize: number
  /** The interfaces of the world that the component imports, such as `clients`, sorted. */
  readonly interfaces: ReadonlyArray<string>
  readonly bundleFile: string
  /** In bytes. */
  readonly bundleSize: number
  /** `sha256:` and the hash of the bundle's bytes in hex. */
  readonly contentHash: string
  /** Names of the page's files, such as `ui/index.html`. */
  readonly pageFiles: ReadonlyArray<string>
  /** The script in the component, with its source map; null for a component that was made elsewhere. */
  readonly script: BundledHandler | null
  /** Whether an earlier build of the same inputs was found. */
  readonly reused: boolean
  /** What the author should know and may ignore. */
  readonly findings: ReadonlyArray<Finding>
  /** The same, one line each. */
  readonly notes: ReadonlyArray<string>
  /** How much of the script comes from which package; empty for a component that was made elsewhere. */
  readonly sizes: ReadonlyArray<PackageSize>
  /** What it needs its host to send with each request; empty for a component that was made elsewhere. */
  readonly needs: ReadonlyArray<RequestNeed>
}

const json = (value: unknown): Uint8Array => Buffer.from(`${JSON.stringify(value, null, 2)}\n`)

/** Changes with what a folder of a build holds. */
const layout = "2"

const folderName = ({ engine, fingerprint }: ComponentSource, files: BundleFiles): string => {
  const hash = createHash("sha256").update(layout).update(fingerprint)
  for (const [name, bytes] of Object.entries(files).sort()) hash.update(`${name}:${bytes.length}:`).update(bytes)
  return `${engine ?? "given"}-${hash.digest("hex").slice(0, 32)}`
}

const writeBuild = async (folder: string, source: ComponentSource, around: BundleFiles): Promise<void> => {
  const draft = `${folder}.${randomUUID()}`
  try {
    await mkdir(draft, { recursive: true })
    await source.write(join(draft, "main.wasm"))
    const bundle = await packBundle({ ...around, "dist/main.wasm": await readFile(join(draft, "main.wasm")) })
    for (const [name, bytes] of Object.entries(around)) {
      const file = join(draft, nameInBuild(name))
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, bytes)
    }
    await writeFile(join(draft, "bundle.tar.zst"), bundle.bytes)
    await writeFile(join(draft, "content-hash"), bundle.contentHash)
    await rename(draft, folder).catch(async (error: unknown) => {
      if (await isKeptBuild(folder, around)) return
      await rm(folder, { recursive: true, force: true })
      await rename(draft, folder).catch(() => Promise.reject(error))
    })
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

/** A finding that does not stop a build that is not strict. */
const lenient = (one: Finding): Finding => (one.code === "handler-missing" ? one : { ...one, severity: "note" })

/** A finding in the manifest that has only a path, with its line and column. */
const placed =
  (place: Extension["place"]) =>
  (one: Finding): Finding => {
    const [, path] = /^manifest\.json (.+)$/.exec(one.where) ?? []
    if (path === undefined || one.line !== null) return one
    const { column = null, line = null } = place(path)
    return { ...one, line, column }
  }

/** Whether a component can be made in spite of a finding, so that it shows what else is wrong. */
const isLoadable = ({ code }: Finding): boolean => code !== "handler-missing" && code !== "component-refused"

/** Findings of code that throws where it runs: while a module loads, too. */
const throwing: ReadonlySet<string> = new Set(["name-missing", "locale"])

/** Whether another finding already says why code throws while it loads. */
const isSaid = (before: ReadonlyArray<Finding>, { file, line }: Finding): boolean =>
  line !== null && before.some((one) => throwing.has(one.code) && one.file === file && one.line === line)

/** Makes the component only to see what that reports, and keeps nothing. */
const tryLoad = async (source: ComponentSource): Promise<void> => {
  if (source.engine === null) return
  const folder = await mkdtemp(join(tmpdir(), "alga-load-"))
  try {
    await source.write(join(folder, "main.wasm"))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** It loads a host's intake, which a build from sources does not need. */
const givenComponents = Effect.promise(async () => (await import("./internal/givenComponent.ts")).givenComponent)

const isError = ({ severity }: Finding): boolean => severity === "error"

/**
 * Builds an extension. It checks the manifest, bundles the handler, and compares the declared capabilities with what
 * the bundle uses. It makes the component, which imports only the interfaces that it uses, and the page, and packs all
 * of it as the bundle that a host installs. Fails with every problem and its place.
 *
 * The result is in a folder that is named after all its inputs. An existing folder is used if its page and bundle are,
 * byte by byte, what they would be. Files that are packed as they are must be plain files: links are refused. It is
 * safe for several processes at once: a folder appears whole, the first one stays, and all of them get the same bytes.
 */
export const buildExtension = Effect.fn("buildExtension")(function* (options: BuildExtensionOptions) {
  const extension = yield* readExtension(options.folder)
  const { folder, manifest } = extension
  const ui = join(folder, "ui")
  const page = yield* explaining({ folder, base: ui }, () => buildPage(ui))
  const around: BundleFiles = {
    "manifest.json": extension.manifestBytes,
    "dist/component.json": json({
      component: { world: "alga:extension/runner", file: "dist/main.wasm" },
      capabilities: manifest.capabilities
    }),
    ...Object.fromEntries(Object.entries(page).map(([name, bytes]) => [`ui/${name}`, bytes]))
  }
  const source =
    options.component === undefined
      ? yield* sourceOf(folder, manifest, options)
      : yield* (yield* givenComponents)(folder, manifest, options.component)
  const before = [
    ...extension.findings,
    ...checkPage(manifest, Object.keys(around)),
    ...(options.strict === false ? source.findings.map(lenient) : source.findings)
  ].map(placed(extension.place))
  const loading = <A>(run: () => Promise<A>) => explaining({ folder, script: source.script }, run)
  if (before.some(isError)) {
    const tried = before.every(isLoadable) ? yield* Effect.result(loading(() => tryLoad(source))) : null
    const more = tried !== null && Result.isFailure(tried) ? tried.failure.problems : []
    return yield* invalid(...before, ...more.filter((one) => one.code === "load" && !isSaid(before, one)))
  }

  const builds = options.buildsDir ?? (yield* explaining({ folder }, () => makeOutputFolder(folder, "dist", "builds")))
  const into = join(builds, folderName(source, around))
  const reused = yield* Effect.promise(() => isKeptBuild(into, around))
  if (!reused) {
    yield* Effect.mapError(
      loading(() => writeBuild(into, source, around)),
      ({ problems }) => invalid(...before, ...problems)
    )
  }
  const [component, bundle] = [join(into, "main.wasm"), join(into, "bundle.tar.zst")]
  const componentSize = (yield* Effect.promise(() => stat(component))).size
  const sizes = packageSizes(folder, source.script?.modules ?? [])
  const findings = [...before, ...sizeNotes("dist/main.wasm", source.engine, componentSize, sizes)]
  return {
    engine: source.engine,
    manifest,
    folder: into,
    componentFile: component,
    componentSize,
    interfaces: source.interfaces,
    bundleFile: bundle,
    bundleSize: (yield* Effect.promise(() => stat(bundle))).size,
    contentHash: yield* Effect.promise(() => readFile(join(into, "content-hash"), "utf8")),
    pageFiles: Object.keys(around).filter((file) => file.startsWith("ui/")),
    script: source.script,
    reused,
    findings,
    notes: findings.map(findingLine),
    sizes,
    needs: requestNeeds(folder, source.script?.globals ?? [])
  } satisfies BuiltExtension
})
