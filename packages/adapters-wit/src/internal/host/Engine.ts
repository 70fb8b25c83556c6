import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import type { ImportMap } from "../child/Transpiler.ts"
import { type ProgramText, programText } from "./ProgramText.ts"

const extension = import.meta.url.endsWith(".ts") ? "ts" : "js"
const childDirectory = fileURLToPath(new URL("../child/", import.meta.url))
const childText = (name: string): ProgramText =>
  programText(join(childDirectory, `${name}.${extension}`), childDirectory)

/** What a child process runs: its text, and the paths that it may read beside. */
export interface Program {
  readonly text: ProgramText
  readonly reads: ReadonlyArray<string>
}

/** The program of a sandbox process. It reads no file; it gets its own text and its component over its pipe. */
export const guestProgram = (): Program => ({ text: childText("Guest"), reads: [] })

const shims = ["cli", "clocks", "filesystem", "http", "io", "random", "sockets"]

/** The program that transpiles one component. It reads jco and nothing else. */
export const transpilerProgram = (): Program & { readonly imports: ImportMap } => {
  const jco = fileURLToPath(import.meta.resolve("@bytecodealliance/jco/component"))
  const fromJco = createRequire(jco)
  const bindgen = fromJco.resolve("@bytecodealliance/jco-transpile/component")
  const shim = (name: string): string => fileURLToPath(import.meta.resolve(`@bytecodealliance/preview2-shim/${name}`))
  const browser = (name: string): string => shim(name).replace(/([\\/])nodejs([\\/])/, "$1browser$2")
  return {
    text: childText("Transpiler"),
    reads: [dirname(jco), dirname(bindgen), dirname(browser("cli"))],
    imports: {
      "@bytecodealliance/jco/component": pathToFileURL(jco).href,
      "@bytecodealliance/jco-transpile/component": pathToFileURL(bindgen).href,
      ...Object.fromEntries(
        shims.map((name) => [`@bytecodealliance/preview2-shim/${name}`, pathToFileURL(browser(name)).href])
      )
    }
  }
}

/** Name and version of the transpiler; what it made is of use to this version only. */
export const transpilerVersion = (): string => {
  const entry = fileURLToPath(import.meta.resolve("@bytecodealliance/jco/component"))
  const { version } = JSON.parse(readFileSync(join(dirname(entry), "..", "package.json"), "utf8")) as {
    version: string
  }
  return `jco-${version}`
}
