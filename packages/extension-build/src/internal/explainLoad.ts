import { SourceMap } from "node:module"
import { dirname, resolve } from "node:path"
import type { BundledHandler } from "@alga-psa/ext-extension-sdk/build"
import { type Finding, finding, type Place } from "../Finding.ts"
import { sdkFiles } from "./sdkFiles.ts"
import { isOwnFile, shownPath } from "./shownPath.ts"

const frames = /main\.js:(\d+):(\d+)/g

/** Where in the sources a stack of the bundled script leads: to the extension's own file, else to a package's. */
const place = (folder: string, entry: string, bundle: BundledHandler | null, detail: string): Place => {
  const map = bundle === null ? null : new SourceMap(JSON.parse(bundle.sourceMap))
  const isSdk = sdkFiles(entry).has
  const places = Array.from(detail.matchAll(frames)).flatMap(([, line, column]) => {
    const found = map?.findEntry(Number(line) - 1, Number(column) - 1)
    if (found === undefined || !("originalSource" in found)) return []
    const path = resolve(dirname(entry), found.originalSource)
    return [{ path, line: found.originalLine + 1, column: found.originalColumn + 1 }]
  })
  const ofAuthor = places.filter(({ path }) => !isSdk(path))
  const [best] = [...ofAuthor.filter(({ path }) => isOwnFile(folder, path)), ...ofAuthor]
  if (best === undefined) return { file: shownPath(folder, entry) }
  const { path, ...at } = best
  return { file: shownPath(folder, path), ...at }
}

/** What a module may not do while it loads, and what to do instead; null where the engine says nothing of that. */
const words = (detail: string): Pick<Finding, "remedy" | "text"> | null => {
  if (/did not finish loading/.test(detail)) {
    return { text: detail, remedy: "look for an endless loop outside of the functions" }
  }
  const [, called] = /unknown import: `alga:extension\/([\w-]+#[\w-]+)`/.exec(detail) ?? []
  const [, asked] = /([\w.()]+(?: \w+\(\))?): not while a module loads/.exec(detail) ?? []
  const what = called ?? asked
  if (what !== undefined) return { text: `${what} is called while the module loads`, remedy: "call it in the handler" }
  const [, thrown] = /(?:evaluation: |main\.js:\d+:\d+ )(.+)/.exec(detail) ?? []
  return thrown === undefined
    ? null
    : { text: `throws while it loads: ${thrown}`, remedy: "move the code into the handler, or handle the error" }
}

/**
 * A component is made by loading its modules once. Explains why that failed, from what the engine says; null where it failed for
 * another reason.
 */
export const explainLoad = (
  folder: string,
  entry: string,
  detail: string,
  script: BundledHandler | null
): Finding | null => {
  const explained = words(detail)
  return explained === null ? null : finding({ code: "load", at: place(folder, entry, script, detail), ...explained })
}
