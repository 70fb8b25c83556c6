import { SourceMap } from "node:module"
import { dirname, resolve } from "node:path"
import type { BundledHandler } from "@alga-psa/ext-extension-sdk/build"
import { missingGlobals } from "@alga-psa/ext-extension-sdk/Globals"
import { type Finding, finding, type Place } from "../Finding.ts"
import { ofSdkAlone } from "./ofSdkAlone.ts"
import { type GlobalRead, globalReads } from "./script/globalReads.ts"
import { makeGuards } from "./script/isGuarded.ts"
import { readScript, type ScriptTree } from "./script/ScriptTree.ts"
import { isOwnFile, shownPath } from "./shownPath.ts"

/** A place where code uses a name that no component has. */
const missingName = (name: string, at: Place, isOwn: boolean): Finding => {
  const severity = isOwn ? "error" : "note"
  const remedy = isOwn ? `use ${missingGlobals[name]}` : "make sure that this code does not run, or use another package"
  return finding({ code: "name-missing", at, text: `an extension has no ${name}`, remedy, severity })
}

const packageOf = (file: string): string => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? file

/** Whether a global is given a value, which makes it one that is there. */
const isWrite =
  ({ parentOf }: ScriptTree) =>
  ({ node }: GlobalRead): boolean => {
    const parent = parentOf(node)
    return parent?.type === "AssignmentExpression" && parent["left"] === node
  }

/**
 * Where code that is left in a bundle uses names that no component has: an error in the extension's own files, and one
 * note for each name in a package. A name that is used only after a check that it exists, such as `typeof`, is left
 * out.
 */
export const missingNames = (
  folder: string,
  entry: string,
  { modules, readable, sourceMap }: Pick<BundledHandler, "modules" | "readable" | "sourceMap">,
  isSdk: (file: string) => boolean
): ReadonlyArray<Finding> => {
  const tree = readScript(readable)
  const reads = globalReads(tree)
  const isGuarded = makeGuards(tree, reads)
  const map = new SourceMap(JSON.parse(sourceMap))
  const hidden = ofSdkAlone(entry, modules, isSdk)
  const bundled = new Set(modules.map(({ file }) => file))
  const found = new Map<string, Finding>()
  const provided = new Set(reads.filter(isWrite(tree)).map(({ name }) => name))
  for (const read of reads) {
    if (provided.has(read.name)) continue
    if (!Object.hasOwn(missingGlobals, read.name)) continue
    const { column, line } = read.node.loc?.start ?? { line: 1, column: 0 }
    const place = map.findEntry(line - 1, column)
    if (!("originalSource" in place)) continue
    const path = resolve(dirname(entry), place.originalSource)
    if (hidden.has(path) || !bundled.has(path) || isGuarded(read)) continue
    const isOwn = isOwnFile(folder, path)
    const file = shownPath(folder, path)
    const at = { file, line: place.originalLine + 1, column: place.originalColumn + 1 }
    const key = isOwn ? `${file}:${at.line}:${at.column} ${read.name}` : `${packageOf(file)} ${read.name}`
    if (!found.has(key)) found.set(key, missingName(read.name, at, isOwn))
  }
  return [...found.values()]
}
