import { mkdir, readdir, readFile, writeFile } from "node:fs/promises"
import { dirname, join, resolve, sep } from "node:path"
import { fileURLToPath } from "node:url"
import { Effect } from "effect"
import { UsageWrong } from "./ExitCode.ts"
import { version } from "./Version.ts"

/** What the template is filled with. */
export interface NewExtensionOptions {
  /** Names the folder and the extension. */
  readonly name: string
  readonly publisher: string
  /** Reverse domain, such as `com.example`. */
  readonly domain: string
  /** Where the folder is made. Default: the current one. */
  readonly parent?: string
}

const template = fileURLToPath(new URL("../template", import.meta.url))

const plainName = /^[a-z][a-z0-9-]{0,62}$/
const plainDomain = /^[a-z0-9][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)*$/

const wrong = (message: string) => new UsageWrong({ message })

const filesBelow = async (folder: string): Promise<ReadonlyArray<string>> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()
}

/** In JSON and in Markdown alike, a text between quotes must not end them. */
const quoted = (text: string): string => JSON.stringify(text).slice(1, -1)

/** Makes a folder from the template. Fails with `UsageWrong` where a name is no name or the folder is in use. */
export const newExtension = Effect.fnUntraced(function* (options: NewExtensionOptions) {
  const { domain, name, publisher } = options
  if (!plainName.test(name)) {
    return yield* wrong(`"${name}" must be small letters, digits and hyphens, and start with a letter: my-extension`)
  }
  if (!plainDomain.test(domain)) return yield* wrong(`--domain "${domain}" must be a reverse domain: com.example`)
  if (publisher.trim() === "") return yield* wrong("--publisher must be a name")
  const folder = resolve(options.parent ?? ".", name)
  const taken = yield* Effect.promise(() => readdir(folder).catch(() => []))
  if (taken.length > 0) return yield* wrong(`${folder} is not empty: name another`)
  const values = { NAME: name, DOMAIN: domain, PUBLISHER: quoted(publisher.trim()), VERSION: version }
  const files = yield* Effect.promise(() => filesBelow(template))
  yield* Effect.promise(async () => {
    for (const file of files) {
      const text = await readFile(join(template, file), "utf8")
      const target = join(folder, file === "gitignore" ? ".gitignore" : file)
      await mkdir(dirname(target), { recursive: true })
      await writeFile(
        target,
        Object.entries(values).reduce((filled, [key, value]) => filled.replaceAll(`__${key}__`, () => value), text)
      )
    }
  })
  return { folder, files: files.map((file) => file.split(sep).join("/")) }
})
