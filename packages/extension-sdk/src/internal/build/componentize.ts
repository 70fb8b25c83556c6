import { execFile } from "node:child_process"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { promisify } from "node:util"
import { BuildError } from "../../BuildError.ts"
import { copyWorld } from "./worldFiles.ts"

/** The JavaScript engines that a component can carry. */
export type Engine = "quickjs" | "starlingmonkey"

const flags: Readonly<Record<Engine, ReadonlyArray<string>>> = {
  quickjs: ["--backend", "qjs", "--backend-qjs-stub-wasi", "--backend-qjs-disable-async"],
  starlingmonkey: ["--disable", "all"]
}

const jco = join(dirname(createRequire(import.meta.url).resolve("@bytecodealliance/jco")), "jco.js")

/** The version of the tool that makes components. */
export const toolVersion = async (): Promise<string> =>
  JSON.parse(await readFile(join(dirname(jco), "..", "package.json"), "utf8")).version

const run = promisify(execFile)

/** Modules that run on for ever are ended. A large component takes some ten seconds on a slow computer. */
const longest = 120_000

const said = (cause: unknown): string => {
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

/** Makes a component from one module. It runs in a folder of its own, because jco takes the entry's path as relative to it. */
export const componentize = async (source: ComponentSource): Promise<Uint8Array> => {
  const folder = await mkdtemp(join(tmpdir(), "alga-component-"))
  try {
    await writeFile(join(folder, "main.js"), source.script)
    if (source.interfaces !== null) {
      await copyWorld(source.witDir, source.worldName, new Set(source.interfaces), join(folder, "wit"))
    }
    const wit = source.interfaces === null ? source.witDir : join(folder, "wit")
    const target = ["--wit", wit, "--world-name", source.worldName, "--out", "main.wasm"]
    await run(process.execPath, [jco, "componentize", "main.js", ...target, ...flags[source.engine]], {
      cwd: folder,
      timeout: longest,
      killSignal: "SIGKILL"
    })
    return await readFile(join(folder, "main.wasm"))
  } catch (cause) {
    throw new BuildError("componentize", source.entry, said(cause), { cause })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
