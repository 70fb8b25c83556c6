import { lstat, mkdir, readdir, readFile, writeFile } from "node:fs/promises"
import { dirname, join, resolve, sep } from "node:path"
import { fileURLToPath } from "node:url"
import { choose } from "./internal/jsonFiles.ts"
import { fill, type Parts } from "./internal/template.ts"
import type { Read } from "./Reads.ts"

export { type Read, readsIn } from "./Reads.ts"

/** What an extension is made of. */
export interface NewExtensionOptions {
  /** Names the folder and the extension: small letters, digits and hyphens. */
  readonly name: string
  /** Who publishes it. Default: `Example`. */
  readonly publisher?: string
  /** Their domain in reverse, such as `com.acme`. Default: `com.example`. */
  readonly domain?: string
  /** Whether it has a page. Default: no. */
  readonly page?: boolean
  /** What it reads. Default: clients. */
  readonly reads?: ReadonlyArray<Read>
  /** Where the folder is made. Default: the current one. */
  readonly parent?: string
}

/** An extension that was started. */
export interface NewExtension {
  /** Absolute. */
  readonly folder: string
  /** Below the folder, with `/`. */
  readonly files: ReadonlyArray<string>
  /** The least major version of Node that its tools need, where this Node is older: then it gets one of its own. */
  readonly ownNode: number | null
}

/** A name is no name, or the folder is in use. The message says what to do. */
export class ExtensionRefused extends Error {
  override readonly name = "ExtensionRefused"
}

const own = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url))
const template = own("template")

const plainName = /^[a-z][a-z0-9-]{0,62}$/
const plainDomain = /^[a-z0-9][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)*$/

const filesBelow = async (folder: string): Promise<ReadonlyArray<string>> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .map((file) => file.split(sep).join("/"))
    .sort()
}

/** In JSON and in Markdown alike, a text between quotes must not end them. */
const quoted = (text: string): string => JSON.stringify(text).slice(1, -1)

const versionOf = async (file: string, read: (manifest: never) => string): Promise<string> =>
  read(JSON.parse(await readFile(file, "utf8")) as never)

const toolsNode = () =>
  versionOf(join(template, "package.json"), ({ engines }: { engines: { node: string } }) => engines.node)

const belongs = (file: string, parts: Parts) => parts.has("page") || !file.startsWith("ui/")

/** Names that npm, or an editor of the template, would take for its own. */
const renamed: Readonly<Record<string, string>> = {
  gitignore: ".gitignore",
  "vscode/launch.json": ".vscode/launch.json"
}

const isMissing = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "ENOENT"

/** Only what is not there, or is an empty folder, is free. */
const requireFree = async (folder: string): Promise<void> => {
  const isThere = await lstat(folder).then(
    () => true,
    (error) => !isMissing(error)
  )
  const entries = isThere ? await readdir(folder).catch(() => null) : []
  if (entries === null) throw new ExtensionRefused(`${folder} is not a readable folder: name another`)
  if (entries.length > 0) throw new ExtensionRefused(`${folder} is not empty: name another`)
}

/** Makes a folder from the template. Throws an `ExtensionRefused` where a name is no name or the folder is in use. */
export const newExtension = async (options: NewExtensionOptions): Promise<NewExtension> => {
  const { domain = "com.example", name, page = false, publisher = "Example", reads = ["clients"] } = options
  if (!plainName.test(name)) {
    throw new ExtensionRefused(
      `"${name}" must be small letters, digits and hyphens, and start with a letter: my-extension`
    )
  }
  if (!plainDomain.test(domain)) {
    throw new ExtensionRefused(`--domain "${domain}" must be a reverse domain: com.example`)
  }
  if (publisher.trim() === "") throw new ExtensionRefused("--publisher must be a name")
  const folder = resolve(options.parent ?? ".", name)
  await requireFree(folder)
  const needed = Number.parseInt((await toolsNode()).replace(">=", ""), 10)
  const hasNode = Number.parseInt(process.versions.node, 10) >= needed
  const parts = new Set([...reads, ...(page ? ["page"] : []), ...(hasNode ? [] : ["node"])])
  const version = await versionOf(own("package.json"), (manifest: { version: string }) => manifest.version)
  const values = { NAME: name, DOMAIN: domain, PUBLISHER: quoted(publisher.trim()), VERSION: version }
  const files = (await filesBelow(template)).filter((file) => belongs(file, parts))
  for (const file of files) {
    const text = choose(file, await readFile(join(template, file), "utf8"), parts)
    const target = join(folder, renamed[file] ?? file)
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, fill(text, parts, values), { flag: "wx" })
  }
  return { folder, files: files.map((file) => renamed[file] ?? file), ownNode: hasNode ? null : needed }
}

/** What to do next, line by line, for whoever started the extension from the folder around it. */
export const nextSteps = ({ files, ownNode }: NewExtension, name: string): ReadonlyArray<string> => [
  `${name}: ${files.length} files. Next:`,
  `  cd ${name} && npm install`,
  "  npm run dev -- --open",
  ...(ownNode === null
    ? []
    : [
        `The tools need Node ${ownNode}, and this is Node ${process.versions.node}: npm install brings one for this folder.`,
        "Meanwhile npm warns of it (EBADENGINE)."
      ])
]
