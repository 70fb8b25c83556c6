import {
  computeLineStarts,
  type Expression,
  isBindingElement,
  isCallExpression,
  isComputedPropertyName,
  isElementAccessExpression,
  isExportDeclaration,
  isExpression,
  isIdentifier,
  isImportDeclaration,
  isInterfaceDeclaration,
  isNewExpression,
  isNumericLiteral,
  isObjectBindingPattern,
  isPropertyAccessExpression,
  isShorthandPropertyAssignment,
  isStringLiteralLikeNode,
  isTypeAliasDeclaration,
  isTypeNode,
  type Node,
  type SourceFile
} from "typescript/unstable/ast"
import { type Project, type Signature, SignatureKind, type Type, TypeFlags } from "typescript/unstable/sync"
import { type Carriers, saysNothing } from "./carriers.ts"
import type { DeclaredBy, HostFlow } from "./hostFlow.ts"
import type { HostMembers } from "./hostMembers.ts"
import type { Stretch } from "./keptCode.ts"

/**
 * A namespace of the host that a file uses, or a place where the host goes on without a type. A use is found by its name, by the
 * type of a value that is the namespace, or by a name alone, of a value that has no type: that may be another's.
 */
export type Finding =
  | { readonly node: Node; readonly namespace: string; readonly by: "name" | "value" | "name alone" }
  | { readonly node: Node; readonly namespace: null; readonly why: string }

const use = (node: Node, namespace: string, by: "name" | "value" | "name alone" = "name"): Finding => ({
  node,
  namespace,
  by
})
const escaped = (node: Node, why: string): Finding => ({ node, namespace: null, why })

const isType = (node: Node): boolean =>
  isTypeNode(node) ||
  isImportDeclaration(node) ||
  isExportDeclaration(node) ||
  isInterfaceDeclaration(node) ||
  isTypeAliasDeclaration(node)

/** All that runs: types, and what is brought in and given out by name, are left out. */
const nodesOf = (file: SourceFile): ReadonlyArray<Node> => {
  const nodes: Array<Node> = []
  const visit = (node: Node): void => {
    if (isType(node)) return
    nodes.push(node)
    node.forEachChild(visit)
  }
  file.forEachChild(visit)
  return nodes
}

/** A name that says what something is called, and is no value. */
const isName = (node: Node): boolean => {
  const { parent } = node as { parent: { name?: Node; propertyName?: Node; label?: Node } & Node }
  return (
    isIdentifier(node) &&
    !isShorthandPropertyAssignment(parent) &&
    (parent.name === node || parent.propertyName === node || parent.label === node)
  )
}

/** What is known of the program that a file is part of. */
export interface Analysis {
  readonly project: Project
  readonly members: HostMembers
  readonly carriers: Carriers
  readonly flow: (value: Expression) => HostFlow
  readonly declaredBy: (path: string) => DeclaredBy
}

/** The key that a pattern or an access names, or null where it is not known before it runs. */
const keyOf = (key: Node): string | null => {
  if (isIdentifier(key) || isStringLiteralLikeNode(key)) return key.text
  if (isNumericLiteral(key)) return key.text
  return isComputedPropertyName(key) && isStringLiteralLikeNode(key.expression) ? key.expression.text : null
}

/** Whether an access names a part, at run time, of a value whose type says nothing: the value may be the host. */
const isLoose = (access: Expression, types: ReadonlyMap<Node, Type | undefined>): boolean => {
  if (!isElementAccessExpression(access)) return false
  const [of, key] = [types.get(access.expression), access.argumentExpression]
  if (!saysNothing(of) || isStringLiteralLikeNode(key)) return false
  const type = types.get(key)
  return type === undefined || (type.flags & TypeFlags.NumberLike) === 0
}

/** Why a function that is passed on to where it will be given the host may do anything with it; null where it may not. */
const takesUntyped = (
  { carriers: { carries }, declaredBy, project: { checker } }: Analysis,
  value: Expression,
  type: Type | undefined
): string | null => {
  const { parent } = value
  if (type === undefined || isPropertyAccessExpression(parent) || isElementAccessExpression(parent)) return null
  const call = isCallExpression(parent) || isNewExpression(parent) ? parent : null
  if (call?.expression === value) return null
  const own = checker.getSignaturesOfType(type, SignatureKind.Call)
  if (own.length === 0 && !saysNothing(type)) return null
  const wanted = checker.getContextualType(value)
  const asked = wanted === undefined ? undefined : checker.getNonNullableType(wanted)
  for (const signature of asked === undefined ? [] : checker.getSignaturesOfType(asked, SignatureKind.Call)) {
    for (const [at] of signature.getParameters().entries()) {
      if (!carries(checker.getParameterType(signature, at))) continue
      const isTyped = (mine: Signature) =>
        mine.parameters.length <= at ? !mine.hasRestParameter : carries(checker.getParameterType(mine, at))
      if (own.length > 0 && own.every(isTyped)) continue
      const path = call === null ? undefined : checker.getResolvedSignature(call)?.declaration?.path
      return path !== undefined && declaredBy(path) === "own"
        ? "the handler's second parameter has no type"
        : "a function takes the host without its type"
    }
  }
  return null
}

/** Finds what a file asks of the host, by the types of what it writes. */
export const usesInSource = (analysis: Analysis, file: SourceFile): ReadonlyArray<Finding> => {
  const { carriers, flow, members, project } = analysis
  const { carries, namespaces } = carriers
  const { checker } = project
  const found: Array<Finding> = []
  const nodes = nodesOf(file)

  const names = nodes.filter(
    (node) =>
      (isPropertyAccessExpression(node.parent) && node.parent.name === node) ||
      (isElementAccessExpression(node.parent) &&
        node.parent.argumentExpression === node &&
        isStringLiteralLikeNode(node))
  )
  checker.getSymbolAtLocation(names).forEach((property, at) => {
    const node = names[at]
    if (node === undefined) return
    const name = members.nameOf(property)
    if (name !== null) found.push(use(node.parent, name))
    else if (property === undefined || checker.isUnknownSymbol(property)) {
      const written = keyOf(node)
      if (written !== null && members.has(written)) found.push(use(node.parent, written, "name alone"))
    }
  })

  for (const pattern of nodes.filter(isObjectBindingPattern)) {
    const type = checker.getTypeAtLocation(pattern)
    const [isHost, isUntyped] = [namespaces(type).length > 0, saysNothing(type)]
    for (const element of isHost || isUntyped ? pattern.elements : []) {
      if (!isBindingElement(element) || element.dotDotDotToken !== undefined) continue
      const named = element.propertyName ?? element.name
      const key = named === undefined ? null : keyOf(named)
      if (key === null) found.push(escaped(element, "a part of the host is named at run time"))
      else if (isUntyped && members.has(key)) found.push(use(element, key, "name alone"))
      else if (isHost && type !== undefined) {
        const name = members.nameOf(checker.getPropertyOfType(type, key))
        if (name !== null) found.push(use(element, name))
      }
    }
  }

  const values = nodes.filter((node): node is Expression => isExpression(node) && !isName(node))
  const types = new Map<Node, Type | undefined>()
  checker.getTypeAtLocation(values).forEach((type, at) => {
    const value = values[at]
    if (value !== undefined) types.set(value, type)
  })
  for (const value of values) {
    const type = types.get(value)
    const part = members.partOf(type)
    if (part !== null) found.push(use(value, part, "value"))
    const why = isLoose(value, types)
      ? "a part of a value without a type is named at run time"
      : takesUntyped(analysis, value, type)
    if (why !== null) found.push(escaped(value, why))
    if (!carries(type)) continue
    const went = flow(value)
    if (went.to === "anywhere") found.push(escaped(value, went.why))
    if (went.to === "library") for (const name of went.namespaces) found.push(use(value, name))
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
