import { type GlobalRead, keyOf, textOf } from "./globalReads.ts"
import { type AnyNode, childrenOf, type ScriptTree } from "./ScriptTree.ts"

const farthest = 3

const isWithin = (node: AnyNode, around: unknown): boolean => {
  const { end, start } = around as AnyNode
  return node.start >= start && node.end <= end
}

const ends = ({ body, type }: AnyNode): boolean =>
  type === "ReturnStatement" ||
  type === "ThrowStatement" ||
  (type === "BlockStatement" && (body as ReadonlyArray<AnyNode>).some(ends))

/** Says whether a script, whose reads of globals are these, reads a global only where it has asked whether that is there. */
export const makeGuards = (
  { globals, parentOf, variableOf }: ScriptTree,
  reads: ReadonlyArray<GlobalRead>
): ((read: GlobalRead) => boolean) => {
  const fields = new Map(reads.filter(({ asField }) => asField).map(({ name, node }) => [node, name]))
  const undeclared = new Set(globals)

  /** What a variable is given where it is declared. */
  const givenTo = (identifier: AnyNode): AnyNode | null => {
    const [definition] = variableOf(identifier)?.defs ?? []
    const declared = definition?.node as unknown as AnyNode | undefined
    return declared?.type === "VariableDeclarator" ? (declared["init"] as AnyNode | null) : null
  }

  /** Whether a value is a global's name, or a variable that holds it. */
  const says = (value: AnyNode, name: string, far: number): boolean => {
    const given = value.type === "Identifier" && far > 0 ? givenTo(value) : null
    return textOf(value) === name || (given !== null && says(given, name, far - 1))
  }

  /** Whether a node itself asks for a global. A field of another value and a compared text do not. */
  const asksHere = (node: AnyNode, name: string): boolean => {
    if (fields.get(node) === name) return true
    switch (node.type) {
      case "UnaryExpression": {
        const argument = node["argument"] as AnyNode
        return node["operator"] === "typeof" && argument.type === "Identifier" && argument["name"] === name
      }
      case "MemberExpression":
        return undeclared.has(node["object"] as AnyNode) && keyOf(node) === name
      case "BinaryExpression":
        return node["operator"] === "in" && says(node["left"] as AnyNode, name, farthest)
      case "CallExpression":
        return (node["arguments"] as ReadonlyArray<AnyNode>).some((given) => says(given, name, farthest))
      default:
        return false
    }
  }

  /** Whether a test asks for a global: by `typeof`, by `in`, as a field of `globalThis`, or by a variable that holds such a test. */
  const asks = (test: AnyNode, name: string, far: number): boolean => {
    if (asksHere(test, name)) return true
    const given = test.type === "Identifier" && far > 0 ? givenTo(test) : null
    if (given !== null && asks(given, name, far - 1)) return true
    return !/Function/.test(test.type) && childrenOf(test).some((child) => asks(child, name, far))
  }

  /** Whether a statement before this one ends the function where the global is not there. */
  const leftBefore = (list: ReadonlyArray<AnyNode>, statement: AnyNode, name: string): boolean =>
    list
      .slice(0, list.indexOf(statement))
      .some(
        (before) =>
          before.type === "IfStatement" &&
          ends(before["consequent"] as AnyNode) &&
          asks(before["test"] as AnyNode, name, farthest)
      )

  /** Whether a field is read to find out whether it is there. */
  const isAsked = (node: AnyNode): boolean => {
    const parent = parentOf(node)
    if (parent === null) return false
    if (parent.type === "ChainExpression" || parent["optional"] === true) return true
    if (parent.type === "UnaryExpression") return ["typeof", "!"].includes(String(parent["operator"]))
    if (parent.type === "LogicalExpression") return parent["left"] === node
    if (parent.type === "BinaryExpression") return true
    if (parent.type === "AssignmentExpression") return parent["left"] === node
    return /^(?:If|Conditional)/.test(parent.type) && parent["test"] === node
  }

  return ({ asField, name, node }) => {
    const first = parentOf(node)
    if (first?.type === "UnaryExpression" && first["operator"] === "typeof") return true
    if (asField && isAsked(node)) return true
    for (let [inner, around] = [node, first]; around !== null; [inner, around] = [around, parentOf(around)]) {
      const test = around["test"]
      if (/^(?:If|Conditional)/.test(around.type) && !isWithin(inner, test) && asks(test as AnyNode, name, farthest)) {
        return true
      }
      if (around.type === "LogicalExpression" && inner === around["right"]) {
        if (asks(around["left"] as AnyNode, name, farthest)) return true
      }
      if (/^(?:BlockStatement|Program|StaticBlock)$/.test(around.type)) {
        if (leftBefore(around["body"] as ReadonlyArray<AnyNode>, inner, name)) return true
      }
    }
    return false
  }
}
