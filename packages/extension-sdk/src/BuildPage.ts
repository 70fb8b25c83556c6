import { access, realpath } from "node:fs/promises"
import { basename, dirname, join, resolve, sep } from "node:path"
import { build } from "esbuild"
import { BuildError } from "./BuildError.ts"
import { FileRefused } from "./FileRefused.ts"
import { refuseForeignData } from "./internal/build/foreignData.ts"
import { readPlainFiles } from "./PlainFiles.ts"

/** The files of a page, by their paths in it, such as `index.html`. */
export type PageFiles = Readonly<Record<string, Uint8Array>>

/** What a host takes as the files of a page: 16 MiB, and with the rest of the bundle at most 2,000 files. */
const bounds = { bytes: 16 * 1024 * 1024, entries: 1_900, depth: 32 }

const entries = ["main.tsx", "main.ts", "main.jsx", "main.js"]

const bundle = async (entry: string, folder: string): Promise<PageFiles> => {
  try {
    const { metafile, outputFiles } = await build({
      entryPoints: [entry],
      absWorkingDir: folder,
      outdir: folder,
      entryNames: "main",
      metafile: true,
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
    refuseForeignData(metafile, folder)
    return Object.fromEntries(
      outputFiles.map(({ contents, path }) => [path.slice(folder.length + 1).replaceAll(sep, "/"), contents])
    )
  } catch (cause) {
    if (cause instanceof FileRefused) throw cause
    throw new BuildError("bundle", entry, cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

/** The page's own entry among its sources, or null where it has none. */
const entryOf = async (folder: string): Promise<string | null> => {
  for (const name of entries) {
    const found = await access(join(folder, "src", name)).then(
      () => true,
      () => false
    )
    if (found) return `src/${name}`
  }
  return null
}

/**
 * The files of an extension's page, ready for the `ui` folder of its bundle. They are the files in `folder` as they
 * are. If there is a `src/main.tsx` (or `.ts`, `.jsx`, `.js`), that module and its imports become `main.js` and
 * `main.css`. Sources stay out. The same files give the same bytes. A folder that does not exist gives no files.
 *
 * What lies there must be plain files in plain folders: a link is refused wherever it leads, the folder itself among them.
 *
 * Fails with a `BuildError`, or with a `FileRefused` that names the file.
 *
 * @example
 * ```ts
 * import { buildPage } from "@alga-psa/ext-extension-sdk/BuildPage"
 *
 * console.log(Object.keys(await buildPage("ui"))) // [ 'index.html', 'main.js', 'main.css' ]
 * ```
 */
export const buildPage = async (folder: string): Promise<PageFiles> => {
  const given = resolve(folder)
  const parent = await realpath(dirname(given)).catch(() => dirname(given))
  const ui = join(parent, basename(given))
  const entry = await entryOf(ui)
  const isWanted = (name: string) => entry === null || name === entry || !name.startsWith("src/")
  const files = { ...(await readPlainFiles(parent, basename(given), bounds, isWanted)) }
  if (entry === null) return files
  delete files[entry]
  const page = { ...files, ...(await bundle(join(ui, entry), ui)) }
  const size = Object.values(page).reduce((sum, { byteLength }) => sum + byteLength, 0)
  if (size > bounds.bytes) throw new FileRefused(ui, `makes ${size} bytes, of at most ${bounds.bytes}: make it smaller`)
  return page
}
