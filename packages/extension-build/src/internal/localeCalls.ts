import { relative } from "node:path"
import {
  isCallExpression,
  isIdentifier,
  isPropertyAccessExpression,
  type Node,
  type SourceFile
} from "typescript/unstable/ast"
import type { Project } from "typescript/unstable/sync"
import type { FindingParts } from "../Finding.ts"
import { topLevelStretch } from "./usesInSource.ts"

/** Methods that take a locale: after how many arguments, and what to use instead. */
const methods: Readonly<Record<string, { readonly after: number; readonly use: string }>> = {
  toLocaleString: { after: 0, use: "formatMoney or formatDate of @alga-psa/ext-extension-sdk" },
  toLocaleDateString: { after: 0, use: "formatDate of @alga-psa/ext-extension-sdk" },
  toLocaleTimeString: { after: 0, use: "formatDate of @alga-psa/ext-extension-sdk" },
  localeCompare: { after: 1, use: "collator of @alga-psa/ext-extension-sdk" },
  toLocaleUpperCase: { after: 0, use: "toUpperCase()" },
  toLocaleLowerCase: { after: 0, use: "toLowerCase()" }
}

const isGiven = (argument: Node | undefined): boolean =>
  argument !== undefined && !(isIdentifier(argument) && argument.text === "undefined")

/** Where a file asks the language for a locale or its options, which no engine has: such a call throws. */
export const localeCalls = (
  { checker }: Project,
  folder: string,
  file: string,
  source: SourceFile,
  isLanguage: (path: string) => boolean
): ReadonlyArray<FindingParts> => {
  const found: Array<FindingParts> = []
  const visit = (node: Node): void => {
    node.forEachChild(visit)
    if (!isCallExpression(node) || !isPropertyAccessExpression(node.expression)) return
    const { name } = node.expression
    const method = Object.hasOwn(methods, name.text) ? methods[name.text] : undefined
    if (method === undefined || !node.arguments.slice(method.after).some(isGiven)) return
    const declared = checker.getSymbolAtLocation(name)?.declarations ?? []
    if (declared.length === 0 || !declared.every(({ path }) => isLanguage(path))) return
    const [line, column] = topLevelStretch(source, file, name).at
    found.push({
      code: "locale",
      at: { file: relative(folder, file), line: line + 1, column: column + 1 },
      text: `an extension has no ${name.text} with a locale or options`,
      remedy: `use ${method.use}`
    })
  }
  source.forEachChild(visit)
  return found
}
