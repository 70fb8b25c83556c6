import { createReadStream, createWriteStream } from "node:fs"
import { access, chmod, mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { pipeline } from "node:stream/promises"
import { fileURLToPath } from "node:url"
import { createBrotliDecompress } from "node:zlib"
import { extract } from "tar-stream"

/** A Chromium that can be started. */
export interface BrowserBinary {
  readonly path: string
  /** A folder of shared libraries for a system that lacks them, or null where the system's own must do. */
  readonly libraries: string | null
}

const require = createRequire(import.meta.url)
const system = "/usr/bin/chromium"
const cache = fileURLToPath(new URL("../.cache/chromium", import.meta.url))

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false
  )

const brotli = (from: string) => createReadStream(from).pipe(createBrotliDecompress())

const unpackLibraries = async (archive: string, folder: string): Promise<void> => {
  const reader = brotli(archive).pipe(extract())
  await mkdir(folder, { recursive: true })
  for await (const entry of reader) {
    const name = entry.header.name.split("/").at(-1) ?? ""
    if (entry.header.type === "file" && name !== "") {
      await pipeline(entry, createWriteStream(join(folder, name)))
    } else entry.resume()
  }
}

/** The binary of the npm package `@sparticuz/chromium`, unpacked once; it appears whole, whoever asks at the same time. */
const packaged = async (): Promise<BrowserBinary> => {
  const root = join(dirname(require.resolve("@sparticuz/chromium")), "..")
  const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8"))
  const folder = join(cache, version)
  const found = { path: join(folder, "chromium"), libraries: join(folder, "lib") }
  if (await exists(folder)) return found
  await mkdir(cache, { recursive: true })
  const draft = await mkdtemp(`${folder}.`)
  try {
    await pipeline(brotli(join(root, "bin/chromium.br")), createWriteStream(join(draft, "chromium")))
    await chmod(join(draft, "chromium"), 0o755)
    await unpackLibraries(join(root, "bin/al2023.tar.br"), join(draft, "lib"))
    await rename(draft, folder).catch(async (error: unknown) => {
      if (!(await exists(folder))) throw error
    })
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
  return found
}

/** The browser of `CHROMIUM`, else the system's `/usr/bin/chromium`, else the one that the npm package ships. */
export const browserBinary = async (): Promise<BrowserBinary> => {
  const named = process.env["CHROMIUM"]
  if (named !== undefined && named !== "") return { path: named, libraries: null }
  return (await exists(system)) ? { path: system, libraries: null } : packaged()
}
