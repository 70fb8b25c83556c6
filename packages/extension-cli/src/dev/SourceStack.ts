import { SourceMap } from "node:module"
import { dirname, relative, resolve, sep } from "node:path"
import type { BundledHandler } from "@alga-psa/ext-extension-sdk/build"

/** Rewrites a text of the extension's, such as a log line with a stack. */
export type Explain = (text: string) => string

const frame = /\/?\bmain\.js:(\d+):(\d+)/

/**
 * Rewrites places in the bundled script as places in the sources, such as `src/handler.ts:12:5`, and leaves out the
 * frames of a stack that lie in no file of the extension's own folder.
 */
export const sourceStack = (folder: string, entry: string, bundle: BundledHandler): Explain => {
  const map = new SourceMap(JSON.parse(bundle.sourceMap))
  const placeOf = (line: number, column: number): string | null => {
    const found = map.findEntry(line - 1, column - 1)
    if (!("originalSource" in found) || typeof found.originalSource !== "string") return null
    const file = relative(folder, resolve(dirname(entry), found.originalSource))
    const own = !file.startsWith("..") && !file.split(sep).includes("node_modules")
    return own ? `${file}:${found.originalLine + 1}:${found.originalColumn + 1}` : null
  }
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
