import { readdirSync, readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import type { ImportMap } from "../child/Transpiler.ts"

const extension = import.meta.url.endsWith(".ts") ? "ts" : "js"
const childDirectory = fileURLToPath(new URL("../child/", import.meta.url))
const packageFile = fileURLToPath(new URL("../../../package.json", import.meta.url))
const childFile = (name: string): string => `${childDirectory}${name}.${extension}`

const ownFiles = (): ReadonlyArray<string> => [
  packageFile,
  ...readdirSync(childDirectory, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(`.${extension}`))
    .map((name) => join(childDirectory, name))
]

/** What a child process needs to run its own code: the entry and what it may read. */
export interface Program {
  readonly entry: string
  readonly reads: ReadonlyArray<string>
  readonly args: ReadonlyArray<string>
}

/** The program of a sandbox process. It reads its own code; components come to it over the pipe. */
export const guestProgram = (): Program => ({
  entry: childFile("Guest"),
  reads: ownFiles(),
  args: []
})

const shims = ["cli", "clocks", "filesystem", "http", "io", "random", "sockets"]

/** The program that transpiles one component. It reads jco and nothing else. */
export const transpilerProgram = (): Program => {
  const jco = fileURLToPath(import.meta.resolve("@bytecodealliance/jco/component"))
  const fromJco = createRequire(jco)
  const bindgen = fromJco.resolve("@bytecodealliance/jco-transpile/component")
  const shim = (name: string): string => fileURLToPath(import.meta.resolve(`@bytecodealliance/preview2-shim/${name}`))
  const browser = (name: string): string => shim(name).replace(/([\\/])nodejs([\\/])/, "$1browser$2")
  const imports: ImportMap = {
    "@bytecodealliance/jco/component": pathToFileURL(jco).href,
    "@bytecodealliance/jco-transpile/component": pathToFileURL(bindgen).href,
    ...Object.fromEntries(
      shims.map((name) => [`@bytecodealliance/preview2-shim/${name}`, pathToFileURL(browser(name)).href])
    )
  }
  return {
    entry: childFile("Transpiler"),
    reads: [...ownFiles(), dirname(jco), dirname(bindgen), dirname(browser("cli"))],
    args: [JSON.stringify(imports)]
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
