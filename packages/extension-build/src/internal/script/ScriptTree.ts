import { type Node, parse } from "acorn"
import { analyze, type Reference, type Variable } from "eslint-scope"

/** A node of a script with all its fields, which the parser's own type does not name. */
export type AnyNode = Node & { readonly [field: string]: unknown }

/** A script as a tree, with what its names mean. */
export interface ScriptTree {
  readonly parentOf: (node: AnyNode) => AnyNode | null
  /** The names that no part of the script declares. */
  readonly globals: ReadonlyArray<AnyNode>
  /** Where a name of the script is declared, and all that refers to it; null for a global. */
  readonly variableOf: (identifier: AnyNode) => Variable | null
}

const isNode = (value: unknown): value is AnyNode =>
  typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string"

/** The nodes that a node has directly. */
export const childrenOf = (node: AnyNode): ReadonlyArray<AnyNode> =>
  Object.values(node)
    .flatMap((value) => (Array.isArray(value) ? value : [value]))
    .filter(isNode)

/** Reads a module in plain JavaScript. */
export const readScript = (script: string): ScriptTree => {
  const root = parse(script, {
    ecmaVersion: "latest",
    sourceType: "module",
    locations: true,
    ranges: true
  }) as unknown as AnyNode
  const parents = new Map<AnyNode, AnyNode>()
  const open: Array<AnyNode> = [root]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const child of childrenOf(node)) {
      parents.set(child, node)
      open.push(child)
    }
  }
  const scopes = analyze(root as never, { ecmaVersion: 2022, sourceType: "module" })
  const resolved = new Map<unknown, Variable>()
  for (const { references, variables } of scopes.scopes) {
    for (const variable of variables) for (const { name } of variable.defs) resolved.set(name, variable)
    for (const { identifier, resolved: variable } of references) {
      if (variable !== null) resolved.set(identifier, variable)
    }
  }
  const through: ReadonlyArray<Reference> = scopes.globalScope?.through ?? []
  return {
    parentOf: (node) => parents.get(node) ?? null,
    globals: through.map(({ identifier }) => identifier as unknown as AnyNode),
    variableOf: (identifier) => resolved.get(identifier) ?? null
  }
}
