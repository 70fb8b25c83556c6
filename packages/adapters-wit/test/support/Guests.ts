import { execFile } from "node:child_process"
import { createHash, randomUUID } from "node:crypto"
import { readFileSync } from "node:fs"
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { componentEmbed, componentNew, parse } from "@bytecodealliance/jco"

const here = dirname(fileURLToPath(import.meta.url))
const fixtures = join(here, "../fixtures")
const currentWit = join(here, "../../wit")

/** Worlds that a guest may be built against: this host's, the product's, and one with fewer interfaces and fields. */
const worlds = { host: currentWit, product: join(fixtures, "product-world"), older: join(fixtures, "older-world") }
export type GuestWorld = keyof typeof worlds

const built = join(here, "../../node_modules/.cache/guests")
const jco = fileURLToPath(new URL("./jco.js", import.meta.resolve("@bytecodealliance/jco/component")))
const jcoVersion: string = JSON.parse(readFileSync(join(dirname(jco), "../package.json"), "utf8")).version

/** How a JavaScript guest is built. */
export type Engine = "quickjs" | "starlingmonkey"

const flags: Readonly<Record<Engine, ReadonlyArray<string>>> = {
  quickjs: ["--backend", "qjs", "--backend-qjs-stub-wasi", "--backend-qjs-disable-async"],
  starlingmonkey: ["-d", "all"]
}

const textOf = async (folder: string): Promise<string> => {
  const names = (await readdir(folder)).sort()
  return (await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")))).join("\n")
}

const componentize = async (source: string, wit: string, engine: Engine): Promise<Uint8Array> => {
  const entry = join(fixtures, "guests", source)
  const key = [jcoVersion, engine, await textOf(wit), await readFile(entry, "utf8")].join("\0")
  const file = join(built, `${createHash("sha256").update(key).digest("hex")}.wasm`)
  try {
    return await readFile(file)
  } catch {
    await mkdir(built, { recursive: true })
  }
  const unfinished = `${file}.${randomUUID()}`
  try {
    const args = [
      jco,
      "componentize",
      source,
      "--wit",
      wit,
      "--world-name",
      "runner",
      ...flags[engine],
      "-o",
      unfinished
    ]
    await promisify(execFile)(process.execPath, args, { cwd: dirname(entry) })
    await rename(unfinished, file)
  } finally {
    await rm(unfinished, { force: true })
  }
  return readFile(file)
}

const made = new Map<string, Promise<Uint8Array>>()

/** What was made of the same before, in this process. */
const once = (key: string, make: () => Promise<Uint8Array>): Promise<Uint8Array> => {
  const bytes = made.get(key) ?? make()
  made.set(key, bytes)
  return bytes
}

/** A guest written in JavaScript with the whole of a world, built once for each content of its source. */
export const scriptGuest = (
  name: string,
  engine: Engine = "quickjs",
  world: GuestWorld = "host"
): Promise<Uint8Array> => once(`${engine} ${world} ${name}`, () => componentize(`${name}.js`, worlds[world], engine))

const worldOf: Readonly<Record<string, string>> = {
  "no-handler": join(fixtures, "no-handler-world"),
  "keep-handle": join(fixtures, "handle-world"),
  "call-at-start": join(fixtures, "handle-world"),
  "wrong-export-type": join(fixtures, "wrong-type-world"),
  "forbidden-import": join(fixtures, "forbidden-world")
}

/** A core module written in text, perhaps with more before its end. */
export const coreModule = async (name: string, more = ""): Promise<Uint8Array> => {
  const text = await readFile(join(fixtures, "core", `${name}.wat`), "utf8")
  return parse(text.replace(/\)\s*$/, `${more})`))
}

/** A guest written as a core module in text, perhaps with more before its end. */
export const coreGuest = (name: string, more = ""): Promise<Uint8Array> =>
  once(`core ${name} ${more}`, async () => {
    const binary = await coreModule(name, more)
    return componentNew(await componentEmbed({ binary, witPath: worldOf[name] ?? currentWit, world: "runner" }))
  })

/** A guest written as a component in text, with its lines that end in `;; repeated` so many times. */
export const componentGuest = async (name: string, times = 1): Promise<Uint8Array> => {
  const text = await readFile(join(fixtures, "component", `${name}.wat`), "utf8")
  return parse(text.replace(/^.*;; repeated$/gm, (line) => Array(times).fill(line).join("\n")))
}
