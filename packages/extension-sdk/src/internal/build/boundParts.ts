import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { Plugin } from "esbuild"

const world = "alga:extension/"

/** A part of the host in the SDK's sources, by its file: `uiProxy`. */
const partFile = /[/\\]internal[/\\]bindings[/\\](\w+)\.[jt]s$/

const isOfSdk = (file: string): boolean => {
  try {
    return (
      JSON.parse(readFileSync(join(file, "../../../../package.json"), "utf8")).name === "@alga-psa/ext-extension-sdk"
    )
  } catch {
    return false
  }
}

/** The interface of the world that a part of the host is bound to. */
const interfaceOf = (part: string): string =>
  part === "user" ? "user-v2" : part.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replace(/V(\d)/g, "-v$1")

/**
 * Leaves the world's imports open. Where `interfaces` are named, the parts of the host that are bound to others are replaced by
 * some that say so when they are used, so that nothing of those interfaces is imported.
 */
export const boundParts = (interfaces: ReadonlySet<string> | null): Plugin => ({
  name: "bound-parts",
  setup: ({ onLoad, onResolve }) => {
    onResolve({ filter: /^alga:extension\// }, ({ path }) => ({ path, external: true, sideEffects: false }))
    if (interfaces === null) return
    onLoad({ filter: partFile }, ({ path }) => {
      const [, part = ""] = partFile.exec(path) ?? []
      const name = interfaceOf(part)
      return interfaces.has(name) || !isOfSdk(path)
        ? null
        : {
            contents: `import { absent } from "../absent.${path.slice(-2)}"\nexport const binding = absent("${part}", "${name}")`,
            loader: "js"
          }
    })
  }
})

/** The interfaces that a bundle's output still imports, such as `clients`. */
export const interfacesIn = (imports: ReadonlyArray<{ readonly path: string }>): ReadonlyArray<string> =>
  imports.filter(({ path }) => path.startsWith(world)).map(({ path }) => path.slice(world.length))
