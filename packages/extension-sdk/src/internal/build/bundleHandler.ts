import { dirname, join, resolve } from "node:path"
import { type BuildResult, build } from "esbuild"
import { BuildError } from "../../BuildError.ts"
import { FileRefused } from "../../FileRefused.ts"
import { boundParts, interfacesIn } from "./boundParts.ts"
import { refuseForeignData } from "./foreignData.ts"
import {
  absentDefines,
  globalParts,
  globalsInput,
  globalsModule,
  isOfBuild,
  withPlainNames,
  withPlainTypeof
} from "./globalParts.ts"
import { localeTables } from "./localeTables.ts"
import { type Need, needsOf } from "./needs.ts"
import { type GlobalUse, hasMarks, markedGlobals, usesOfGlobals } from "./usesOfGlobals.ts"

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
  /** The same for whoever reads it, letter for letter: globals that no component has go by their own names. */
  readonly readable: string
  /** Its source map (JSON, version 3). The paths in it are relative to the entry's folder. */
  readonly sourceMap: string
  readonly modules: ReadonlyArray<BundledModule>
  /** The interfaces of the world that the script imports, such as `clients`. */
  readonly interfaces: ReadonlyArray<string>
  /**
   * Where the script's remaining code uses globals that need something: those that the build adds (`fetch`, `URL`,
   * `Math.random`), `Date` where it asks for the present, and those that no component has. `typeof` is no use.
   */
  readonly globals: ReadonlyArray<GlobalUse>
  /** What the code asks of its host with each request: its time, and a seed for randomness. */
  readonly needs: ReadonlyArray<Need>
}

/** Ways to take `Math.random` that do not name it so. More code may be meant by them. */
const mayBeRandom = /\.random\b|\brandom\b[^;{}]*\} = Math\b/

const textsOf = ({ outputFiles }: Pick<BuildResult<{ write: false }>, "outputFiles">) => {
  const text = (end: string) => outputFiles.find(({ path }) => path.endsWith(end))?.text ?? ""
  return { script: text(".js"), sourceMap: text(".js.map") }
}

/**
 * Bundles a component's entry with everything it imports into one module, the world's imports left open. Where `interfaces`
 * are named, the host has these parts alone; what the entry imports of the world itself stays.
 *
 * Async functions become generators over the global `Promise`, which the fill-ins replace; they are put in front of
 * everything else, whatever order the entry imports in. Globals that only some code uses are put there where it does.
 */
export const bundleHandler = async (
  entry: string,
  minify: boolean,
  interfaces: ReadonlySet<string> | null,
  locales: ReadonlyArray<string>
): Promise<BundledHandler> => {
  const folder = dirname(entry)
  let bundled: BundledHandler
  let exported: ReadonlyArray<string>
  const bundle = (used: ReadonlySet<string>, define: Record<string, string>, minified: boolean) =>
    build({
      absWorkingDir: folder,
      entryPoints: [entry],
      inject: [globalsModule],
      define: { "process.env.NODE_ENV": '"production"', ...define },
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
      plugins: [boundParts(interfaces), globalParts(used), localeTables(locales)],
      charset: "utf8",
      legalComments: "none",
      // Behind the last module: see `internal/loading.ts`.
      footer: { js: "globalThis.__algaLoaded?.();" },
      logLevel: "silent",
      minify: minified
    })
  try {
    const marked = await bundle(new Set(), markedGlobals, false)
    const markedTexts = textsOf(marked)
    const globals = usesOfGlobals(folder, markedTexts)
    const used = new Set(globals.map(({ name }) => name))
    if (mayBeRandom.test(markedTexts.script)) used.add("Math.random")
    const again = minify || hasMarks(markedTexts.script) || used.size > 0
    const { metafile, outputFiles } = again ? await bundle(used, absentDefines(used), minify) : marked
    refuseForeignData(metafile, folder)
    exported = Object.values(metafile.outputs).flatMap((output) => output.exports)
    const files = Object.entries(metafile.inputs).filter(([name]) => name !== globalsInput)
    const left = Object.values(metafile.outputs).find(({ entryPoint }) => entryPoint !== undefined)?.inputs ?? {}
    const modules = files.map(([file, { imports }]) => ({
      file: resolve(folder, file),
      worldImports: interfacesIn(imports),
      imports: imports
        .filter(({ external, path }) => external !== true && path !== globalsInput)
        .map(({ path }) => resolve(folder, path))
        .filter((imported) => !isOfBuild(imported)),
      bytes: left[file]?.bytesInOutput ?? 0
    }))
    const imported = interfacesIn(Object.values(metafile.outputs).flatMap(({ imports }) => imports))
    const { script, sourceMap } = textsOf({ outputFiles })
    bundled = {
      script: withPlainTypeof(script),
      readable: withPlainNames(script),
      sourceMap,
      modules,
      interfaces: [...new Set(imported)].sort(),
      globals,
      needs: needsOf(used)
    }
  } catch (cause) {
    if (cause instanceof FileRefused) throw cause
    throw new BuildError("bundle", entry, cause instanceof Error ? cause.message : String(cause), { cause })
  }
  if (!exported.includes("handler")) throw new BuildError("bundle", entry, "it must export handler")
  return bundled
}
