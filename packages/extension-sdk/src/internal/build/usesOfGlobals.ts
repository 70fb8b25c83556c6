import { SourceMap } from "node:module"
import { resolve } from "node:path"

/** The globals that a component is given only where its code uses them. */
const names = ["fetch", "Headers", "Request", "Response"] as const

/** A place where code uses such a global. */
export interface GlobalUse {
  readonly name: (typeof names)[number]
  /** Absolute. */
  readonly file: string
  /** From 1. */
  readonly line: number
  /** From 1. */
  readonly column: number
}

const mark = "__alga_global_"

/** What to define while bundling, so that {@link usesOfGlobals} finds the globals, and no variable of the same name. */
export const markedGlobals: Record<string, string> = Object.fromEntries(
  names.flatMap((name) => ["", "globalThis."].map((from) => [`${from}${name}`, `${mark}${name}`]))
)

/** Whether a script names one of the globals in any way. */
export const hasMarks = (script: string): boolean => script.includes(mark)

/** A marked name that is neither asked for its type nor given a value. */
const used = new RegExp(
  `(?<!typeof |typeof \\(0, |[\\w$])${mark}(${names.join("|")})\\b(?!\\s*(?:\\?\\?|\\|\\||&&)?=(?![=>]))`,
  "g"
)

/** Where a script, which was bundled with {@link markedGlobals} and not minified, uses them. Unused code is not in it. */
export const usesOfGlobals = (
  folder: string,
  { script, sourceMap }: { readonly script: string; readonly sourceMap: string }
): ReadonlyArray<GlobalUse> => {
  if (!hasMarks(script)) return []
  const map = new SourceMap(JSON.parse(sourceMap))
  return script.split("\n").flatMap((text, row) =>
    Array.from(text.matchAll(used), ({ 1: name, index }) => {
      const found = map.findEntry(row, index)
      const place = "originalSource" in found ? found : { originalSource: "", originalLine: 0, originalColumn: 0 }
      return {
        name: name as GlobalUse["name"],
        file: resolve(folder, place.originalSource),
        line: place.originalLine + 1,
        column: place.originalColumn + 1
      }
    })
  )
}
