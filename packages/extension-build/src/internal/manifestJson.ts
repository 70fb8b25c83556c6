import { findNodeAtLocation, type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser"
import { type Finding, finding, type Place } from "../Finding.ts"

const file = "manifest.json"

/** A manifest's text as JSON, with the places of its parts. */
export interface ManifestJson {
  /** The value, or null where the text is not JSON. */
  readonly value: unknown
  /** The tree of the text; null where it is not JSON. */
  readonly tree: Node | null
  /** The place of a path such as `api.endpoints[0].method`; of what is around it where it is not there. */
  readonly place: (path: string) => Place
  /** That it is not JSON, or names a field twice. */
  readonly findings: ReadonlyArray<Finding>
}

const remedies: Readonly<Record<string, string>> = {
  InvalidSymbol: "put text in double quotes",
  InvalidNumberFormat: "write a number such as 1 or 1.5, or put it in quotes",
  PropertyNameExpected: "write a field's name in double quotes, or take out the comma before",
  ValueExpected: "write a value, or take out the comma before",
  ColonExpected: "write a colon between the field and its value",
  CommaExpected: "write a comma before it",
  CloseBraceExpected: "close the object with }",
  CloseBracketExpected: "close the list with ]",
  EndOfFileExpected: "take out what follows the last }",
  InvalidCommentToken: "take out the comment: JSON has none",
  UnexpectedEndOfComment: "take out the comment: JSON has none",
  UnexpectedEndOfString: 'close the text with "',
  InvalidEscapeCharacter: "write a backslash in a text as \\\\",
  InvalidCharacter: "take out the control character, or write it as \\u and four digits"
}

const lineAndColumn = (text: string, offset: number): { readonly line: number; readonly column: number } => {
  const before = text.slice(0, offset).split("\n")
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}

const keysOf = (path: string): ReadonlyArray<string | number> =>
  Array.from(path.matchAll(/\[(\d+)\]|[^.[\]]+/g), ([key, index]) => (index === undefined ? key : Number(index)))

const nodeNear = (tree: Node, keys: ReadonlyArray<string | number>): Node => {
  for (let depth = keys.length; depth > 0; depth--) {
    const found = findNodeAtLocation(tree, keys.slice(0, depth))
    if (found !== undefined) return found
  }
  return tree
}

const namedTwice = (node: Node): ReadonlyArray<Node> => {
  const names = new Set<unknown>()
  const twice = (node.type === "object" ? (node.children ?? []) : []).flatMap(({ children: [name] = [] }) => {
    if (name === undefined || !names.has(name.value)) {
      names.add(name?.value)
      return []
    }
    return [name]
  })
  return [...twice, ...(node.children ?? []).flatMap(namedTwice)]
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Reads the text of a `manifest.json`. A byte order mark at its start is no part of it. */
export const readManifestJson = (written: string): ManifestJson => {
  const text = written.replace(/^\uFEFF/, "")
  const errors: Array<ParseError> = []
  const tree = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false })
  const value = parsed(text)
  if (value === undefined || tree === undefined) {
    const [first] = text.trim() === "" ? [] : errors
    const at = first === undefined ? { file } : { file, ...lineAndColumn(text, first.offset) }
    const remedy =
      (first === undefined ? undefined : remedies[printParseErrorCode(first.error)]) ??
      'write an object such as {"name": "com.example.my-extension"}'
    const wrong = finding({ code: "manifest-json", at, text: "is not JSON", remedy })
    return { value: null, tree: null, place: () => ({ file }), findings: [wrong] }
  }
  return {
    value,
    tree,
    place: (path) => ({ file, path, ...lineAndColumn(text, nodeNear(tree, keysOf(path)).offset) }),
    findings: namedTwice(tree).map(({ offset, value: name }) =>
      finding({
        code: "manifest-field-twice",
        at: { file, ...lineAndColumn(text, offset) },
        text: `"${name}" is there twice, and only the last one counts`,
        remedy: "remove one"
      })
    )
  }
}
