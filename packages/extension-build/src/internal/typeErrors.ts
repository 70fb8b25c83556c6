import { missingGlobals } from "@alga-psa/ext-extension-sdk/Globals"
import { computeLineStarts } from "typescript/unstable/ast"
import { type Diagnostic, DiagnosticCategory, type Project } from "typescript/unstable/sync"
import { type Finding, finding } from "../Finding.ts"
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

/** Whether TypeScript misses a name that no component has: where the bundle uses its value, that is said in better words. */
const isMissingName = ({ text }: Diagnostic): boolean =>
  Object.hasOwn(missingGlobals, /^Cannot find name '(\w+)'/.exec(text)?.[1] ?? "")

/**
 * The type errors of an extension's own files. Those of files that are no part of the bundle, such as tests, are notes.
 */
export const typeErrors = (
  folder: string,
  projects: ReadonlyArray<Project>,
  isBundled: (file: string) => boolean
): ReadonlyArray<Finding> => {
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
          .map((diagnostic) =>
            finding({
              code: "type",
              at: { file: name, ...placeIn(text, diagnostic.pos) },
              text: wordsOf(folder, diagnostic),
              remedy: "correct it, or leave types out with --no-typecheck",
              severity: isBundled(file) || ofBundle.test(name) ? "error" : "note"
            })
          )
      })
  )
  // A file may belong to several projects.
  return [...new Map(found.map((one) => [`${one.where} ${one.text}`, one])).values()].slice(0, most)
}
