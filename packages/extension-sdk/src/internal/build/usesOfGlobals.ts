import { SourceMap } from "node:module"
import { resolve } from "node:path"
import { missingGlobals } from "../../Globals.ts"
import { addedGlobals } from "./globalParts.ts"

/** A place where code uses a global that is not there by itself. */
export interface GlobalUse {
  /** `fetch`, `Math.random`; `Date` where the present time is asked for; also one that no component has, as `Buffer`. */
  readonly name: string
  /** Absolute. */
  readonly file: string
  /** From 1. */
  readonly line: number
  /** From 1. */
  readonly column: number
}

const mark = "__alga_global_"

/** The bundler needs these for itself. */
const unmarked: ReadonlySet<string> = new Set(["require", "module", "exports"])

const spelled = (name: string): string => `${mark}${name.replace(".", "$")}`
const plain = (spelling: string): string => spelling.replace("$", ".")

/**
 * What to define while bundling, so that {@link usesOfGlobals} finds the globals, and no variable of the same name. One that no
 * component has can be asked for as a field of `globalThis`, as the standard says.
 */
export const markedGlobals: Record<string, string> = Object.fromEntries([
  ...addedGlobals.flatMap((name) => ["", "globalThis."].map((from) => [`${from}${name}`, spelled(name)])),
  ["Date", spelled("Date")],
  ...Object.keys(missingGlobals)
    .filter((name) => !unmarked.has(name))
    .map((name) => [name, spelled(name)])
])

/** Whether a script names one of the globals in any way. */
export const hasMarks = (script: string): boolean => script.includes(mark)

/** A marked name that is neither asked for its type nor given a value. */
const used = new RegExp(`(?<!typeof |typeof \\(0, |[\\w$])${mark}([\\w$]+)(?!\\s*(?:\\?\\?|\\|\\||&&)?=(?![=>]))`, "g")

/** A use of `Date` that asks for the present. */
const present = new RegExp(
  `(?:(?<=new )${mark}Date(?:\\(\\s*\\)|(?!\\w|\\()))|${mark}Date\\.now\\b|(?<!new )${mark}Date\\(`,
  "g"
)

/** The SDK's own promises, which only ask whether the engine has timers of its own. */
const ofSdk = /[/\\]promise-polyfill[/\\]/

/** Where a script, which was bundled with {@link markedGlobals} and not minified, uses them. Unused code is not in it. */
export const usesOfGlobals = (
  folder: string,
  { script, sourceMap }: { readonly script: string; readonly sourceMap: string }
): ReadonlyArray<GlobalUse> => {
  if (!hasMarks(script)) return []
  const map = new SourceMap(JSON.parse(sourceMap))
  return script.split("\n").flatMap((text, row) => {
    const found = [
      ...Array.from(text.matchAll(used), ({ 1: name = "", index }) => ({ name: plain(name), index })),
      ...Array.from(text.matchAll(present), ({ index }) => ({ name: "Date", index, isPresent: true }))
    ].filter((one) => one.name !== "Date" || "isPresent" in one)
    return found.flatMap(({ index, name }) => {
      const entry = map.findEntry(row, index)
      const place = "originalSource" in entry ? entry : { originalSource: "", originalLine: 0, originalColumn: 0 }
      const file = resolve(folder, place.originalSource)
      return ofSdk.test(file) ? [] : [{ name, file, line: place.originalLine + 1, column: place.originalColumn + 1 }]
    })
  })
}
