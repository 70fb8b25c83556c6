import {
  computeLineStarts,
  type Expression,
  isArrowFunction,
  isAsExpression,
  isBindingElement,
  isCallExpression,
  isElementAccessExpression,
  isIdentifier,
  isObjectBindingPattern,
  isPropertyAccessExpression,
  isStringLiteral,
  isVariableDeclaration,
  type Node,
  type SourceFile
} from "typescript/unstable/ast"
import { type Project, SignatureKind, type Type, TypeFlags } from "typescript/unstable/sync"
import type { HostMembers } from "./hostMembers.ts"
import type { Stretch } from "./keptCode.ts"

/** A namespace of the host that a file uses, or a place where the host goes on without a type. */
export interface Finding {
  readonly node: Node
  readonly namespace: string | null
  /** Where there is no namespace: why any of them may be used. */
  readonly why: string
}

const use = (node: Node, namespace: string): Finding => ({ node, namespace, why: "" })
const escaped = (node: Node, why: string): Finding => ({ node, namespace: null, why })

const untyped = (type: Type | undefined): boolean =>
  type !== undefined && (type.flags & (TypeFlags.Any | TypeFlags.Unknown)) !== 0

const nodesOf = (file: SourceFile): ReadonlyArray<Node> => {
  const nodes: Array<Node> = []
  const visit = (node: Node): void => {
    nodes.push(node)
    node.forEachChild(visit)
  }
  file.forEachChild(visit)
  return nodes
}

/** Finds what a file asks of the host, by the types of what it writes. `ownTypes` says which libraries are known. */
export const usesInSource = (
  { checker }: Project,
  members: HostMembers,
  file: SourceFile,
  ownTypes: (path: string) => boolean
): ReadonlyArray<Finding> => {
  const found: Array<Finding> = []
  const namespaces = (type: Type): ReadonlyArray<string> =>
    checker.getPropertiesOfType(type).flatMap((property) => members.nameOf(property) ?? [])
  const isHost = (type: Type | undefined): type is Type =>
    type !== undefined &&
    (type.flags & (TypeFlags.Object | TypeFlags.Intersection)) !== 0 &&
    namespaces(type).length > 0

  const handedToLibrary = (argument: Expression, taken: Type): ReadonlyArray<Finding> => {
    const call = argument.parent
    if (!isCallExpression(call) || !call.arguments.includes(argument)) return []
    const path = checker.getResolvedSignature(call)?.declaration?.path
    if (path === undefined || !path.endsWith(".d.ts") || ownTypes(path)) return []
    const names = namespaces(taken)
    return names.length === members.size
      ? [escaped(argument, "the whole host is handed to a library, which may use any of it")]
      : names.map((name) => use(argument, name))
  }

  const flow = (host: Expression): ReadonlyArray<Finding> => {
    const { parent } = host
    if (isPropertyAccessExpression(parent) && parent.expression === host) return []
    if (isElementAccessExpression(parent) && parent.expression === host) {
      return isStringLiteral(parent.argumentExpression)
        ? []
        : [escaped(host, "a part of the host is named at run time")]
    }
    if (isVariableDeclaration(parent) && isObjectBindingPattern(parent.name)) return []
    const taken = isAsExpression(parent) ? checker.getTypeAtLocation(parent) : checker.getContextualType(host)
    if (taken === undefined) return []
    const present = checker.getNonNullableType(taken)
    return isHost(present) ? handedToLibrary(host, present) : [escaped(host, "the host goes on without its type")]
  }

  const isUntypedHandler = (argument: Expression): boolean => {
    const type = checker.getTypeAtLocation(argument)
    const [signature] = type === undefined ? [] : checker.getSignaturesOfType(type, SignatureKind.Call)
    return signature !== undefined && signature.parameters.length > 1 && untyped(checker.getParameterType(signature, 1))
  }

  const nodes = nodesOf(file)
  const names = nodes.filter(
    (node) =>
      (isPropertyAccessExpression(node.parent) && node.parent.name === node) ||
      (isElementAccessExpression(node.parent) && node.parent.argumentExpression === node && isStringLiteral(node))
  )
  checker.getSymbolAtLocation(names).forEach((property, index) => {
    const [name, node] = [members.nameOf(property), names[index]]
    if (name !== null && node !== undefined) found.push(use(node.parent, name))
  })
  for (const pattern of nodes.filter(isObjectBindingPattern)) {
    const type = checker.getTypeAtLocation(pattern)
    for (const element of isHost(type) ? pattern.elements : []) {
      const key = element.propertyName ?? element.name
      if (!isBindingElement(element) || key === undefined || !isIdentifier(key)) continue
      const name = members.nameOf(checker.getPropertyOfType(type as Type, key.text))
      if (name !== null) found.push(use(element, name))
    }
  }
  const values = nodes.filter(
    (node): node is Expression =>
      (isIdentifier(node) && !(isPropertyAccessExpression(node.parent) && node.parent.name === node)) ||
      isPropertyAccessExpression(node)
  )
  checker.getTypeAtLocation(values).forEach((type, index) => {
    const value = values[index]
    if (value !== undefined && isHost(type)) found.push(...flow(value))
  })
  for (const call of nodes.filter(isCallExpression)) {
    const path = checker.getResolvedSignature(call)?.declaration?.path
    if (path === undefined || !ownTypes(path)) continue
    for (const argument of call.arguments.filter((one) => !isArrowFunction(one) && isUntypedHandler(one))) {
      found.push(escaped(argument, "the handler's second parameter has no type"))
    }
  }
  return found
}

/** The statement of the file's top level that a node is in, as lines and columns from 0. */
export const topLevelStretch = (
  file: SourceFile,
  name: string,
  node: Node
): Stretch & { readonly at: Stretch["from"] } => {
  const starts = computeLineStarts(file.text)
  const place = (position: number): readonly [number, number] => {
    const line = starts.findLastIndex((start) => start <= position)
    return [line, position - (starts[line] ?? 0)]
  }
  let top = node
  while (top.parent !== file && top.parent !== undefined) top = top.parent
  return { file: name, from: place(top.getStart(file)), to: place(top.end), at: place(node.getStart(file)) }
}
