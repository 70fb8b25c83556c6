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

const built = join(here, "../../node_modules/.cache/guests")
const jco = fileURLToPath(new URL("./jco.js", import.meta.resolve("@bytecodealliance/jco/component")))
const jcoVersion: string = JSON.parse(readFileSync(join(dirname(jco), "../package.json"), "utf8")).version

/** How the guest in JavaScript is built: its flags and its world, which is this host's or the product's. */
const engines = {
  quickjs: { wit: currentWit, flags: ["--backend", "qjs", "--backend-qjs-stub-wasi", "--backend-qjs-disable-async"] },
  starlingmonkey: { wit: join(fixtures, "product-world"), flags: ["-d", "all"] }
}
export type Engine = keyof typeof engines

const textOf = async (folder: string): Promise<string> => {
  const names = (await readdir(folder)).sort()
  return (await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")))).join("\n")
}

const componentize = async (engine: Engine): Promise<Uint8Array> => {
  const { flags, wit } = engines[engine]
  const source = "probe.js"
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
    const args = [jco, "componentize", source, "--wit", wit, "--world-name", "runner", ...flags, "-o", unfinished]
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

/**
 * The guest written in JavaScript with the whole of a world, built once for each content of its source. It makes the calls of the
 * host that its body lists. It counts its requests in the status of its answer to `GET`, and throws on `DELETE`.
 */
export const scriptGuest = (engine: Engine = "quickjs"): Promise<Uint8Array> => once(engine, () => componentize(engine))

const worldOf: Readonly<Record<string, string>> = {
  "no-handler": join(fixtures, "no-handler-world"),
  "keep-handle": join(fixtures, "handle-world"),
  "call-at-start": join(fixtures, "handle-world")
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
