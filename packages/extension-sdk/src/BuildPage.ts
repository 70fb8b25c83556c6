import { readdir, readFile } from "node:fs/promises"
import { join, sep } from "node:path"
import { build } from "esbuild"
import { BuildError } from "./BuildError.ts"

/** The files of a page, by their paths in it, such as `index.html`. */
export type PageFiles = Readonly<Record<string, Uint8Array>>

const entries = ["main.tsx", "main.ts", "main.jsx", "main.js"]

/** The names below a folder, with `/` between them; none where there is no such folder. */
const namesBelow = async (folder: string): Promise<ReadonlyArray<string>> => {
  const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  return found
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .map((name) => name.split(sep).join("/"))
    .sort()
}

const bundle = async (entry: string, folder: string): Promise<PageFiles> => {
  try {
    const { outputFiles } = await build({
      entryPoints: [entry],
      absWorkingDir: folder,
      outdir: folder,
      entryNames: "main",
      bundle: true,
      write: false,
      format: "esm",
      platform: "browser",
      target: "es2022",
      jsx: "automatic",
      define: { "process.env.NODE_ENV": '"production"' },
      charset: "utf8",
      legalComments: "none",
      minify: true,
      logLevel: "silent"
    })
    return Object.fromEntries(
      outputFiles.map(({ contents, path }) => [path.slice(folder.length + 1).replaceAll(sep, "/"), contents])
    )
  } catch (cause) {
    throw new BuildError("bundle", entry, cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

/**
 * The files of an extension's page, ready for the `ui` folder of its bundle: what lies in `folder` as it is, and, where
 * there is a `src/main.tsx` (or `.ts`, `.jsx`, `.js`), that module with all it imports as `main.js` and `main.css`.
 * Sources stay out. The same files give the same bytes. A folder that does not exist gives no files.
 *
 * Fails with a `BuildError`.
 *
 * @example
 * ```ts
 * import { buildPage } from "@alga-psa/ext-extension-sdk/BuildPage"
 *
 * console.log(Object.keys(await buildPage("ui"))) // [ 'index.html', 'main.js', 'main.css' ]
 * ```
 */
export const buildPage = async (folder: string): Promise<PageFiles> => {
  const names = await namesBelow(folder)
  const entry = entries.find((name) => names.includes(`src/${name}`))
  const plain = names.filter((name) => entry === undefined || !name.startsWith("src/"))
  const files = await Promise.all(plain.map(async (name) => [name, await readFile(join(folder, name))] as const))
  return {
    ...Object.fromEntries(files),
    ...(entry === undefined ? {} : await bundle(join(folder, "src", entry), folder))
  }
}
