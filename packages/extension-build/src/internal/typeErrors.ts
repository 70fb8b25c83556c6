import { missingGlobals } from "@alga-psa/ext-extension-sdk/Globals"
import { computeLineStarts } from "typescript/unstable/ast"
import { type Diagnostic, DiagnosticCategory, type Project } from "typescript/unstable/sync"
import type { FindingParts } from "../Finding.ts"
import { inBrowser, partOfNode } from "./nodeModules.ts"
import { isOwnFile, shownPath } from "./shownPath.ts"
import { typeNames } from "./typeNames.ts"

/** Files of an extension that go into its bundle, whether the bundler saw them or only their types count. */
const ofBundle = /^(?:src|ui)\/(?!.*\.(?:test|spec)\.)/

const wordsOf = (folder: string, { code, messageChain = [], text }: Diagnostic): string => {
  const words = [text, ...messageChain.slice(0, 1).map((link) => link.text)].join(" ")
  return `${words.replaceAll(`${folder}/`, "").replace(/\.$/, "")} (TS${code})`
}

const placeIn = (text: string, position: number): { readonly line: number; readonly column: number } => {
  const starts = computeLineStarts(text)
  const line = starts.findLastIndex((start) => start <= position)
  return { line: line + 1, column: position - (starts[line] ?? 0) + 1 }
}

/** More than anybody reads at once. */
const most = 1_000

/** The name that TypeScript misses; null where it finds another fault. */
const nameOf = ({ text }: Diagnostic): string | null => /^Cannot find name '(\w+)'/.exec(text)?.[1] ?? null

/**
 * Whether TypeScript misses a name that no component has. If the bundle uses its value, another finding says it better.
 */
const isMissingName = (diagnostic: Diagnostic): boolean => Object.hasOwn(missingGlobals, nameOf(diagnostic) ?? "")

const correct = "correct it, or leave types out with --no-typecheck"
const inComponent =
  "a handler has neither Node nor a browser: use what the SDK has, or the type of a value, such as ReturnType<typeof setTimeout>"

/** What TypeScript advises for programs of Node and for test runners, which neither a handler nor a page is. */
const adviceForNode = /\. Do you need to install type definitions .*$/s
/** What it advises for browsers, too. */
const adviceForOthers = /\. Do you need to (?:install type definitions|change your target library\? .*'dom').*$/s

/** A type error of code that is built, in words that fit where it runs. */
const ofBuilt = (
  folder: string,
  diagnostic: Diagnostic,
  inPage: boolean
): Pick<FindingParts, "code" | "remedy" | "text"> => {
  const name = nameOf(diagnostic)
  if (!inPage && name !== null && isMissingName(diagnostic)) {
    return { code: "name-missing", text: `an extension has no ${name}`, remedy: `use ${missingGlobals[name]}` }
  }
  const [, module] = /^Cannot find (?:module|name) '([^']+)'/.exec(diagnostic.text) ?? []
  if (module?.startsWith("node:")) return partOfNode(module, inPage)
  const advice = inPage ? adviceForNode : adviceForOthers
  const isForeign = advice.test(diagnostic.text) || diagnostic.text.startsWith("Cannot find namespace 'NodeJS'")
  const text = wordsOf(folder, { ...diagnostic, text: diagnostic.text.replace(advice, "") })
  return { code: "type", text, remedy: isForeign ? (inPage ? inBrowser : inComponent) : correct }
}

/**
 * The type errors of an extension's own files. Those of files that are no part of the bundle, such as tests, are notes.
 */
export const typeErrors = (
  folder: string,
  projects: ReadonlyArray<Project>,
  isBundled: (file: string) => boolean
): ReadonlyArray<FindingParts> => {
  const found = projects.flatMap(({ program }) =>
    program
      .getSourceFileNames()
      .filter((file) => isOwnFile(folder, file))
      .flatMap((file) => {
        const source = program.getSourceFile(file)
        const text = source?.text ?? ""
        const name = shownPath(folder, file)
        const errors = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].filter(
          ({ category }) => category === DiagnosticCategory.Error
        )
        const isTold = isBundled(file) ? isMissingName : () => false
        const types = source !== undefined && errors.some(isTold) ? typeNames(source) : new Set()
        return errors
          .filter((diagnostic) => !isTold(diagnostic) || types.has(diagnostic.pos))
          .map((diagnostic): FindingParts => {
            const at = { file: name, ...placeIn(text, diagnostic.pos) }
            return isBundled(file) || ofBundle.test(name)
              ? { at, ...ofBuilt(folder, diagnostic, name.startsWith("ui/")) }
              : { at, code: "type", text: wordsOf(folder, diagnostic), remedy: correct, severity: "note" }
          })
      })
  )
  // A file may belong to several projects.
  return [...new Map(found.map((one) => [JSON.stringify([one.at, one.text]), one])).values()].slice(0, most)
}
