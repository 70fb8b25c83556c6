import { execFile } from "node:child_process"
import { createHash, randomUUID } from "node:crypto"
import { existsSync } from "node:fs"
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { BuildError } from "../../BuildError.ts"
import { copyWorld } from "./worldFiles.ts"

/** The JavaScript engines that a component can carry. */
export type Engine = "quickjs" | "starlingmonkey"

const tools: Readonly<Record<Engine, string>> = { quickjs: "componentize-qjs", starlingmonkey: "@bytecodealliance/jco" }

const require = createRequire(import.meta.url)

/** The `package.json` of what makes components with an engine. */
const manifestOf = (engine: Engine, entry: string): string => {
  const tool = tools[engine]
  const near = require.resolve.paths(tool)?.map((folder) => join(folder, tool, "package.json"))
  const found = near?.find((file) => existsSync(file))
  if (found !== undefined) return found
  const version = engine === "starlingmonkey" ? "@1.35.0" : ""
  throw new BuildError("componentize", entry, `${engine} needs a package: npm install --save-dev ${tool}${version}`)
}

/** The version of the tool that makes components with an engine. */
const toolVersion = async (engine: Engine, entry: string): Promise<string> =>
  JSON.parse(await readFile(manifestOf(engine, entry), "utf8")).version

const extension = import.meta.url.endsWith(".ts") ? "ts" : "js"
const moduleFile = (name: string): string => fileURLToPath(new URL(`./${name}.${extension}`, import.meta.url))
const quickjs = moduleFile("quickjs")

/** The modules that make components: what they do is part of what is made. */
const makers = ["componentize", "quickjs", "worldFiles"].map(moduleFile)

/** The program that makes `main.wasm` of `main.js` in its folder, with its arguments. */
const programOf = ({ engine, entry, worldName }: ComponentSource, wit: string): ReadonlyArray<string> => {
  if (engine === "quickjs") return [quickjs, wit, worldName]
  const jco = join(dirname(manifestOf(engine, entry)), "dist/jco.js")
  const target = ["--wit", wit, "--world-name", worldName, "--out", "main.wasm"]
  return [jco, "componentize", "main.js", ...target, "--disable", "all"]
}

const run = promisify(execFile)

/** Modules that run on for ever are ended. A large component takes some ten seconds on a slow computer. */
const longest = 120_000

const messageOf = (cause: unknown): string => {
  if (cause instanceof Error && "killed" in cause && cause.killed === true) {
    return `the modules did not finish loading in ${longest / 1_000} seconds`
  }
  const output = cause instanceof Error && "stderr" in cause ? String(cause.stderr).trim() : ""
  return output || (cause instanceof Error ? cause.message : String(cause))
}

/** What a component is made of. */
export interface ComponentSource {
  /** Named in errors. */
  readonly entry: string
  readonly script: string
  readonly engine: Engine
  readonly witDir: string
  readonly worldName: string
  /** The interfaces that the component imports; null for all of the world. */
  readonly interfaces: ReadonlyArray<string> | null
}

// It runs in a folder of its own, because jco takes the entry's path as relative to it.
const make = async (source: ComponentSource): Promise<Uint8Array> => {
  const folder = await mkdtemp(join(tmpdir(), "alga-component-"))
  try {
    await writeFile(join(folder, "main.js"), source.script)
    if (source.interfaces !== null) {
      await copyWorld(source.witDir, source.worldName, new Set(source.interfaces), join(folder, "wit"))
    }
    const wit = source.interfaces === null ? source.witDir : join(folder, "wit")
    await run(process.execPath, programOf(source, wit), { cwd: folder, timeout: longest, killSignal: "SIGKILL" })
    return await readFile(join(folder, "main.wasm"))
  } catch (cause) {
    if (cause instanceof BuildError) throw cause
    throw new BuildError("componentize", source.entry, messageOf(cause), { cause })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** SHA-256, in hex, of all that a component is made of. */
export const hashOf = async ({ engine, entry, interfaces, script, witDir, worldName }: ComponentSource) => {
  const world = (await readdir(witDir)).filter((name) => name.endsWith(".wit")).sort()
  const texts = await Promise.all(world.map(async (name) => [name, await readFile(join(witDir, name), "utf8")]))
  const programs = await Promise.all(makers.map((file) => readFile(file, "utf8")))
  const parts = [script, engine, worldName, interfaces, texts, await toolVersion(engine, entry), programs]
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex")
}

/**
 * Makes a component from one module. Most of the time goes into the engine, which is the same in all components: where
 * `ALGA_KEPT_COMPONENTS` names a folder, what is made is kept there, and taken from there by who makes the same.
 */
export const componentize = async (source: ComponentSource): Promise<Uint8Array> => {
  const folder = process.env["ALGA_KEPT_COMPONENTS"]
  if (folder === undefined) return make(source)
  const file = join(folder, `${await hashOf(source)}.wasm`)
  const kept = await readFile(file).catch(() => null)
  if (kept !== null) return kept
  const made = await make(source)
  const unfinished = `${file}.${randomUUID()}`
  await mkdir(folder, { recursive: true })
  await writeFile(unfinished, made)
  await rename(unfinished, file)
  return made
}
