import { dirname, join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { type BuildResult, build } from "esbuild"
import { BuildError } from "../../BuildError.ts"
import { FileRefused } from "../../FileRefused.ts"
import { boundParts, interfacesIn } from "./boundParts.ts"
import { refuseForeignData } from "./foreignData.ts"
import { type GlobalUse, hasMarks, markedGlobals, usesOfGlobals } from "./usesOfGlobals.ts"

const extension = import.meta.url.endsWith(".ts") ? "ts" : "js"
const fillIn = (name: string) => fileURLToPath(new URL(`../../${name}.${extension}`, import.meta.url))

/** The fill-ins of a component that uses these globals: what it does not use stays out of it. */
const fillInsFor = (globals: ReadonlyArray<GlobalUse>): string => {
  if (globals.length === 0) return fillIn("FillIns")
  return fillIn(globals.some(({ name }) => name === "fetch") ? "FetchFillIn" : "WebFillIns")
}

/** A file that is part of a bundle. */
export interface BundledModule {
  /** Absolute. */
  readonly file: string
  /** The interfaces of the world that it imports itself, such as `clients`. */
  readonly worldImports: ReadonlyArray<string>
  /** The files of the bundle that it imports. Absolute. */
  readonly imports: ReadonlyArray<string>
  /** Its bytes in the script, after unused code was dropped. */
  readonly bytes: number
}

/** A component's entry with everything that it imports. */
export interface BundledHandler {
  /** One module, whose only imports are those of the world. */
  readonly script: string
  /** Its source map (JSON, version 3). The paths in it are relative to the entry's folder. */
  readonly sourceMap: string
  readonly modules: ReadonlyArray<BundledModule>
  /** The interfaces of the world that the script imports, such as `clients`. */
  readonly interfaces: ReadonlyArray<string>
  /** Where code that is left in the script uses `fetch` and its classes. `typeof fetch` is no use. */
  readonly globals: ReadonlyArray<GlobalUse>
}

const textsOf = ({ outputFiles }: Pick<BuildResult<{ write: false }>, "outputFiles">) => {
  const text = (end: string) => outputFiles.find(({ path }) => path.endsWith(end))?.text ?? ""
  return { script: text(".js"), sourceMap: text(".js.map") }
}

/**
 * Bundles a component's entry with everything it imports into one module, the world's imports left open. Where `interfaces`
 * are named, the host has these parts alone; what the entry imports of the world itself stays.
 *
 * Async functions become generators over the global `Promise`, which the fill-ins replace; they are put in front of
 * everything else, whatever order the entry imports in. `fetch` and its classes are put there where the code uses them.
 */
export const bundleHandler = async (
  entry: string,
  minify: boolean,
  interfaces: ReadonlySet<string> | null
): Promise<BundledHandler> => {
  const folder = dirname(entry)
  let bundled: BundledHandler
  let exported: ReadonlyArray<string>
  const bundle = (inject: string, define: Record<string, string>, minified: boolean) =>
    build({
      absWorkingDir: folder,
      entryPoints: [entry],
      inject: [inject],
      define,
      outfile: join(folder, "main.js"),
      bundle: true,
      sourcemap: "external",
      metafile: true,
      write: false,
      format: "esm",
      platform: "neutral",
      mainFields: ["module", "main"],
      conditions: ["import"],
      target: "es2022",
      supported: { "async-await": false, "async-generator": false, "for-await": false, "top-level-await": false },
      plugins: [boundParts(interfaces)],
      charset: "utf8",
      legalComments: "none",
      // Behind the last module: see `internal/loading.ts`.
      footer: { js: "globalThis.__algaLoaded?.();" },
      logLevel: "silent",
      minify: minified
    })
  try {
    const marked = await bundle(fillInsFor([]), markedGlobals, false)
    const globals = usesOfGlobals(folder, textsOf(marked))
    const again = minify || hasMarks(textsOf(marked).script)
    const { metafile, outputFiles } = again ? await bundle(fillInsFor(globals), {}, minify) : marked
    refuseForeignData(metafile, folder)
    exported = Object.values(metafile.outputs).flatMap((output) => output.exports)
    const left = Object.values(metafile.outputs).find(({ entryPoint }) => entryPoint !== undefined)?.inputs ?? {}
    const modules = Object.entries(metafile.inputs).map(([file, { imports }]) => ({
      file: resolve(folder, file),
      worldImports: interfacesIn(imports),
      imports: imports.filter(({ external }) => external !== true).map(({ path }) => resolve(folder, path)),
      bytes: left[file]?.bytesInOutput ?? 0
    }))
    const used = interfacesIn(Object.values(metafile.outputs).flatMap(({ imports }) => imports))
    bundled = { ...textsOf({ outputFiles }), modules, interfaces: [...new Set(used)].sort(), globals }
  } catch (cause) {
    if (cause instanceof FileRefused) throw cause
    throw new BuildError("bundle", entry, cause instanceof Error ? cause.message : String(cause), { cause })
  }
  if (!exported.includes("handler")) throw new BuildError("bundle", entry, "it must export handler")
  return bundled
}
