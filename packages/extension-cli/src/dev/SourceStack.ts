import { SourceMap } from "node:module"
import { dirname, relative, resolve, sep } from "node:path"
import type { BundledHandler } from "@alga-psa/ext-extension-sdk/build"

/** Rewrites a text of the extension's, such as a log line with a stack. */
export type Explain = (text: string) => string

/** The place in the extension's own sources of a place in the bundled script, such as `src/handler.ts:12:5`; null where it has none. */
export type PlaceOf = (line: number, column: number) => string | null

const frame = /\/?\bmain\.js:(\d+):(\d+)/

/** Finds places in the sources of the extension's own folder. Lines and columns count from 1. */
export const sourcePlaces = (folder: string, entry: string, bundle: Pick<BundledHandler, "sourceMap">): PlaceOf => {
  const map = new SourceMap(JSON.parse(bundle.sourceMap))
  return (line, column) => {
    const found = map.findEntry(line - 1, column - 1)
    if (!("originalSource" in found) || typeof found.originalSource !== "string") return null
    const file = relative(folder, resolve(dirname(entry), found.originalSource))
    const own = !file.startsWith("..") && !file.split(sep).includes("node_modules")
    return own ? `${file}:${found.originalLine + 1}:${found.originalColumn + 1}` : null
  }
}

/**
 * Rewrites places in the bundled script as places in the sources, such as `src/handler.ts:12:5`, and leaves out the
 * frames of a stack that lie in no file of the extension's own folder.
 */
export const sourceStack = (folder: string, entry: string, bundle: Pick<BundledHandler, "sourceMap">): Explain =>
  stackOver(sourcePlaces(folder, entry, bundle))

/** The same over places that are known. */
export const stackOver = (placeOf: PlaceOf): Explain => {
  const explained = (line: string): ReadonlyArray<string> => {
    const [written, row, column] = frame.exec(line) ?? []
    if (written === undefined) return isEngineFrame(line) ? [] : [line]
    const place = placeOf(Number(row), Number(column))
    return place === null ? [] : [line.replace(written, place)]
  }
  return (text) => text.split("\n").flatMap(explained).join("\n")
}

/** Frames of the engine's own: `at next (native)` of QuickJS, and StarlingMonkey's initializer. */
const isEngineFrame = (line: string): boolean =>
  /^\s+at .*\(native\)$/.test(line) || /@.*initializer\.js:\d+/.test(line)
