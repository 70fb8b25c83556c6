import { dirname } from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"
import { BuildError } from "../../BuildError.ts"

const fillIns = fileURLToPath(import.meta.resolve("../../FillIns.ts"))

/**
 * Bundles a component's entry with everything it imports into one module, the world's imports left open.
 *
 * Async functions become generators over the global `Promise`, which the fill-ins replace; they are put in front of
 * everything else, whatever order the entry imports in.
 */
export const bundleHandler = async (entry: string, minify: boolean): Promise<string> => {
  let script: string
  let exported: ReadonlyArray<string>
  try {
    const { outputFiles, metafile } = await build({
      absWorkingDir: dirname(entry),
      entryPoints: [entry],
      inject: [fillIns],
      bundle: true,
      metafile: true,
      write: false,
      format: "esm",
      platform: "neutral",
      mainFields: ["module", "main"],
      conditions: ["import"],
      target: "es2022",
      supported: { "async-await": false, "async-generator": false, "for-await": false, "top-level-await": false },
      external: ["alga:extension/*"],
      charset: "utf8",
      legalComments: "none",
      logLevel: "silent",
      minify
    })
    exported = Object.values(metafile.outputs).flatMap((output) => output.exports)
    script = outputFiles[0]?.text ?? ""
  } catch (cause) {
    throw new BuildError("bundle", entry, cause instanceof Error ? cause.message : String(cause), { cause })
  }
  if (!exported.includes("handler")) throw new BuildError("bundle", entry, "it must export handler")
  return script
}
