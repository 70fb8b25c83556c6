import { fileURLToPath } from "node:url"
import type { Plugin } from "esbuild"
import { missingGlobalMessage, missingGlobals } from "../../Globals.ts"

const extension = import.meta.url.endsWith(".ts") ? "ts" : "js"
const file = (name: string) => fileURLToPath(new URL(`../../${name}.${extension}`, import.meta.url))

const web = "WebFillIns"
const events = "internal/fillIns/events"
const url = "internal/fillIns/url"

/** Which module of the SDK gives a component a global that only some code uses. */
const modules: Readonly<Record<string, string>> = {
  ...{ Headers: web, Request: web, Response: web, fetch: "FetchFillIn" },
  ...{ URL: url, URLSearchParams: url },
  ...{ AbortController: events, AbortSignal: events, CustomEvent: events, Event: events, EventTarget: events },
  structuredClone: "internal/fillIns/clone",
  crypto: "internal/fillIns/crypto",
  "Math.random": "internal/fillIns/random"
}

/** The globals that the build adds where code uses them. */
export const addedGlobals: ReadonlyArray<string> = Object.keys(modules)

/** Those of the names that no component has. */
const absentOf = (names: ReadonlySet<string>): ReadonlyArray<string> =>
  [...names].filter((name) => Object.hasOwn(missingGlobals, name))

const mark = "__alga_absent_"

/** What to define while bundling code that uses these globals: one that no component has is read under another name. */
export const absentDefines = (used: ReadonlySet<string>): Record<string, string> =>
  Object.fromEntries(absentOf(used).map((name) => [name, `${mark}${name}`]))

/** Lets `typeof` ask for the global itself. Every letter behind it stays where it is, as the source map says. */
export const withPlainTypeof = (script: string): string =>
  script.replaceAll(new RegExp(`(typeof\\s*\\(?)${mark}(\\w+)`, "g"), (all, before: string, name: string) =>
    `${before}${name}`.padEnd(all.length)
  )

/** The script, letter for letter, with the globals that no component has under their own names. */
export const withPlainNames = (script: string): string =>
  script.replaceAll(new RegExp(`${mark}(\\w+)`, "g"), (all, name: string) => name.padEnd(all.length))

const literal = (text: string): string => JSON.stringify(text)

const sourceOf = (used: ReadonlySet<string>): string => {
  const added = new Set(addedGlobals.filter((name) => used.has(name)).map((name) => modules[name] ?? ""))
  const imports = ["FillIns", ...added].map((name) => `import ${literal(file(name))}`)
  const absent = absentOf(used).map((name) => {
    const message = missingGlobalMessage(name, missingGlobals[name] ?? "")
    return `absentGlobal(${[name, mark + name, message].map(literal).join(", ")})`
  })
  const helper = `import { absentGlobal } from ${literal(file("internal/absentGlobal"))}`
  return [...imports, ...(absent.length > 0 ? [helper] : []), ...absent].join("\n")
}

/** What the bundler puts in front of everything else. */
export const globalsModule = "alga:globals"

/** How the bundler names that module. */
export const globalsInput = `alga:${globalsModule}`

/** What takes the place of modules of `whatwg-url`: its tables of all letters are a third of a megabyte. */
const standIns: Readonly<Record<string, string>> = {
  tr46: file("internal/web/hostNames"),
  "./URLSearchParams": file("internal/web/searchParamsOfUrl")
}

/** Whether an import leads to nothing that a package asked for: to what the build puts there by itself. */
export const isOfBuild = (file: string): boolean => Object.values(standIns).includes(file)

/** Makes {@link globalsModule} for code that uses these globals: what it does not use stays out of the component. */
export const globalParts = (used: ReadonlySet<string>): Plugin => ({
  name: "global-parts",
  setup: ({ onLoad, onResolve }) => {
    onResolve({ filter: /^alga:globals$/ }, ({ path }) => ({ path, namespace: "alga", sideEffects: true }))
    onLoad({ filter: /.*/, namespace: "alga" }, () => ({ contents: sourceOf(used), loader: "js", resolveDir: "/" }))
    onResolve({ filter: /^(tr46|\.\/URLSearchParams)$/ }, ({ importer, path }) =>
      /[/\\]whatwg-url[/\\]/.test(importer) ? { path: standIns[path] ?? path } : null
    )
  }
})
