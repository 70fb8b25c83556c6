import { createHash, randomUUID } from "node:crypto"
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { buildPage } from "@alga-psa/ext-extension-sdk/BuildPage"
import { type Engine, prepareComponent } from "@alga-psa/ext-extension-sdk/build"
import { type BundleFiles, packBundle } from "./internal/packBundle.ts"

/** An extension's manifest, as far as this sample uses it. */
export interface SampleManifest {
  readonly name: string
  readonly publisher: string
  readonly version: string
  readonly runtime: "wasm-js@1"
  readonly capabilities: ReadonlyArray<string>
  readonly ui: { readonly type: "iframe"; readonly entry: string }
  readonly api: {
    readonly endpoints: ReadonlyArray<{ readonly method: string; readonly path: string; readonly handler: string }>
  }
}

/** What to build. */
export interface BuildSampleOptions {
  /** Default: `quickjs`. */
  readonly engine?: Engine
  /** The folder of the world's WIT files. Default: that of `@alga-psa/ext-adapters-wit`. */
  readonly witDir?: string | URL
  /** Where builds are kept. Default: `dist` of this package. */
  readonly outDir?: string | URL
}

/** The sample as it was built. The files stay as they are: another source is another folder. */
export interface BuiltSample {
  readonly engine: Engine
  readonly componentFile: string
  readonly componentSize: number
  readonly bundleFile: string
  readonly bundleSize: number
  /** `sha256:` and the hash of the bundle's bytes in hex. */
  readonly contentHash: string
  readonly manifest: SampleManifest
  /** Whether an earlier build of the same inputs was found. */
  readonly reused: boolean
}

const root = fileURLToPath(new URL("..", import.meta.url))
const text = (value: unknown) => Buffer.from(`${JSON.stringify(value, null, 2)}\n`)

const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false
  )

const folderName = (engine: Engine, fingerprint: string, files: BundleFiles): string => {
  const hash = createHash("sha256").update(fingerprint)
  for (const [name, bytes] of Object.entries(files).sort()) hash.update(`${name}:${bytes.length}:`).update(bytes)
  return `${engine}-${hash.digest("hex").slice(0, 32)}`
}

/**
 * Builds the sample into a folder that is named after everything it is made of, or finds the one that is there. It is
 * safe for several processes at once: a folder appears whole, the first one stays, and all of them get the same bytes.
 */
export const buildSample = async (options: BuildSampleOptions = {}): Promise<BuiltSample> => {
  const engine = options.engine ?? "quickjs"
  const outDir = options.outDir instanceof URL ? fileURLToPath(options.outDir) : (options.outDir ?? join(root, "dist"))
  const manifestBytes = await readFile(join(root, "manifest.json"))
  const manifest: SampleManifest = JSON.parse(manifestBytes.toString())
  const metadata = {
    component: { world: "alga:extension/runner", file: "dist/main.wasm" },
    capabilities: manifest.capabilities
  }
  const page = Object.entries(await buildPage(join(root, "ui")))
  const around = {
    "manifest.json": manifestBytes,
    "dist/component.json": text(metadata),
    ...Object.fromEntries(page.map(([name, bytes]) => [`ui/${name}`, bytes]))
  }
  const prepared = await prepareComponent({
    entry: join(root, "src/component.ts"),
    engine,
    ...(options.witDir === undefined ? {} : { witDir: options.witDir })
  })
  const folder = join(outDir, "builds", folderName(engine, prepared.fingerprint, around))
  const reused = await exists(folder)
  if (!reused) await buildInto(folder, prepared.write, around)
  const [component, bundle] = [join(folder, "main.wasm"), join(folder, "bundle.tar.zst")]
  return {
    engine,
    componentFile: component,
    componentSize: (await stat(component)).size,
    bundleFile: bundle,
    bundleSize: (await stat(bundle)).size,
    contentHash: await readFile(join(folder, "content-hash"), "utf8"),
    manifest,
    reused
  }
}

const buildInto = async (
  folder: string,
  write: (outFile: string) => Promise<unknown>,
  around: BundleFiles
): Promise<void> => {
  const draft = `${folder}.${randomUUID()}`
  try {
    await mkdir(draft, { recursive: true })
    await write(join(draft, "main.wasm"))
    const files = { ...around, "dist/main.wasm": await readFile(join(draft, "main.wasm")) }
    const bundle = await packBundle(files)
    await writeFile(join(draft, "component.json"), around["dist/component.json"] ?? "")
    await writeFile(join(draft, "bundle.tar.zst"), bundle.bytes)
    await writeFile(join(draft, "content-hash"), bundle.contentHash)
    await rename(draft, folder).catch(async (error: unknown) => {
      if (!(await exists(folder))) throw error
    })
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

/**
 * Copies a build to where an author looks for it, `main.wasm`, `component.json` and `bundle.tar.zst` in `dist`, and
 * removes older builds of its engine.
 */
export const publishSample = async (sample: BuiltSample): Promise<string> => {
  const [from, to] = [dirname(sample.componentFile), join(root, "dist")]
  for (const name of ["main.wasm", "component.json", "bundle.tar.zst"]) {
    await copyFile(join(from, name), join(to, name))
  }
  for (const name of await readdir(dirname(from))) {
    const stale = name.startsWith(`${sample.engine}-`) && name !== basename(from)
    if (stale) await rm(join(dirname(from), name), { recursive: true, force: true })
  }
  return to
}
