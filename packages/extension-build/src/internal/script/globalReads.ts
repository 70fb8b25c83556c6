import type { Variable } from "eslint-scope"
import type { AnyNode, ScriptTree } from "./ScriptTree.ts"

/** A place where a script reads a global, by its name or as a field of `globalThis`. */
export interface GlobalRead {
  readonly name: string
  readonly node: AnyNode
  /** As a field of `globalThis` it is undefined where it is not there; by its name alone that is an error. */
  readonly asField: boolean
}

/** What the build writes in place of a global that no component has. */
const mark = /^__alga_absent_/

const plain = (name: unknown): string => String(name).replace(mark, "")

/** The text that a literal or a template without expressions gives, or null. */
export const textOf = (node: AnyNode): string | null => {
  if (node.type === "Literal") return String(node["value"])
  if (node.type !== "TemplateLiteral") return null
  const [{ value }, ...more] = node["quasis"] as [{ value: { cooked: string } }, ...ReadonlyArray<unknown>]
  return more.length === 0 ? value.cooked : null
}

/** The key of a member or property, or null where it is not known before it runs. */
export const keyOf = (node: AnyNode): string | null => {
  const key = (node["property"] ?? node["key"]) as AnyNode
  return node["computed"] !== true && key.type === "Identifier" ? plain(key["name"]) : textOf(key)
}

/** How far values are followed from variable to variable. */
const farthest = 4

const isKept = ({ defs, references }: Variable): boolean =>
  defs.length === 1 && references.filter((reference) => reference.isWrite()).length <= 1

type Reads = ReadonlyArray<GlobalRead>

const nodesIn = (value: unknown): ReadonlyArray<AnyNode> => value as ReadonlyArray<AnyNode>

/** The globals that a script reads, through variables that hold `globalThis` and patterns that take it apart too. */
export const globalReads = ({ globals, parentOf, variableOf }: ScriptTree): Reads => {
  const fromVariable = (name: AnyNode, far: number): Reads => {
    const variable = variableOf(name)
    if (variable === null || far === 0 || !isKept(variable)) return []
    return variable.references
      .filter((reference) => !reference.isWrite())
      .flatMap(({ identifier }) => fromValue(identifier as unknown as AnyNode, far - 1))
  }

  const fromProperty = (property: AnyNode, far: number): Reads => {
    const name = property.type === "Property" ? keyOf(property) : null
    const target = property["value"] as AnyNode
    // A default value covers a missing global.
    if (name === null || target.type === "AssignmentPattern") return []
    return name === "globalThis" ? fromPattern(target, far) : [{ name, node: property, asField: true }]
  }

  /** What is read of `globalThis` where a variable or a pattern takes it. */
  const fromPattern = (target: AnyNode, far: number): Reads => {
    if (target.type === "AssignmentPattern") return fromPattern(target["left"] as AnyNode, far)
    if (target.type === "Identifier") return fromVariable(target, far)
    return target.type === "ObjectPattern"
      ? nodesIn(target["properties"]).flatMap((property) => fromProperty(property, far))
      : []
  }

  const fromArgument = (call: AnyNode, node: AnyNode, far: number): Reads => {
    const [callee, given] = [call["callee"] as AnyNode, nodesIn(call["arguments"])]
    const at = given.indexOf(node)
    const parameter = /FunctionExpression$/.test(callee.type) ? nodesIn(callee["params"])[at] : undefined
    if (parameter !== undefined) return fromPattern(parameter, far)
    const name = given[1] === undefined ? null : textOf(given[1])
    const isGet = at === 0 && callee.type === "MemberExpression" && keyOf(callee) === "get"
    return isGet && name !== null ? [{ name, node: call, asField: true }] : []
  }

  /** What is read of `globalThis` from a place that has it. */
  const fromValue = (node: AnyNode, far: number): Reads => {
    const parent = parentOf(node)
    switch (parent?.type) {
      case "MemberExpression": {
        const name = parent["object"] === node ? keyOf(parent) : null
        if (name === "globalThis") return fromValue(parent, far)
        return name === null ? [] : [{ name, node: parent, asField: true }]
      }
      case "VariableDeclarator":
        return fromPattern(parent["id"] as AnyNode, far)
      case "AssignmentExpression":
        return parent["right"] === node ? fromPattern(parent["left"] as AnyNode, far) : []
      case "ChainExpression":
      case "ConditionalExpression":
      case "LogicalExpression":
        return fromValue(parent, far)
      case "SequenceExpression":
        return nodesIn(parent["expressions"]).at(-1) === node ? fromValue(parent, far) : []
      case "CallExpression":
        return fromArgument(parent, node, far)
      default:
        return []
    }
  }

  return globals.flatMap((node) => {
    const name = plain(node["name"])
    return name === "globalThis" ? fromValue(node, farthest) : [{ name, node, asField: false }]
  })
}
