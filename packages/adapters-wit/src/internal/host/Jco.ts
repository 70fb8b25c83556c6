import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import type { ImportMap } from "../child/Transpiler.ts"

/** What a process needs to know of jco to run its `component` entry. */
export interface Jco {
  /** URLs by specifier, of what it imports. */
  readonly imports: ImportMap
  /** The folders that it reads. */
  readonly reads: ReadonlyArray<string>
  readonly version: string
}

const entry = "@bytecodealliance/jco/component"
const shims = ["cli", "clocks", "filesystem", "http", "io", "random", "sockets"]

const versionOf = (component: string): string => {
  const { version } = JSON.parse(readFileSync(join(dirname(component), "..", "package.json"), "utf8")) as {
    version: string
  }
  return version
}

/** The package itself, which imports others. They would reach for Node, so it gets what they have for browsers. */
const installed = (component: string): Jco => {
  const bindgen = createRequire(component).resolve("@bytecodealliance/jco-transpile/component")
  const shim = (name: string): string => fileURLToPath(import.meta.resolve(`@bytecodealliance/preview2-shim/${name}`))
  const browser = (name: string): string => shim(name).replace(/([\\/])nodejs([\\/])/, "$1browser$2")
  return {
    version: versionOf(component),
    reads: [dirname(component), dirname(bindgen), dirname(browser("cli"))],
    imports: {
      [entry]: pathToFileURL(component).href,
      "@bytecodealliance/jco-transpile/component": pathToFileURL(bindgen).href,
      ...Object.fromEntries(
        shims.map((name) => [`@bytecodealliance/preview2-shim/${name}`, pathToFileURL(browser(name)).href])
      )
    }
  }
}

const isSource = import.meta.url.endsWith(".ts")

/** The copy that `scripts/bundleJco.ts` makes: a module with all that it imports. */
const carried = (): Jco => {
  const component = new URL(
    isSource ? "../../../dist/jco/dist/component.js" : "../../jco/dist/component.js",
    import.meta.url
  )
  const file = fileURLToPath(component)
  return { version: versionOf(file), reads: [dirname(file)], imports: { [entry]: component.href } }
}

/** A release has its copy and no other; a checkout has the package, unless it was installed for production alone. */
export const jco = (): Jco => {
  if (!isSource) return carried()
  try {
    return installed(fileURLToPath(import.meta.resolve(entry)))
  } catch {
    return carried()
  }
}
