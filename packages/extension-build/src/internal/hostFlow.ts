import {
  type Expression,
  isArrayLiteralExpression,
  isArrowFunction,
  isAsExpression,
  isAwaitExpression,
  isBinaryExpression,
  isBindingElement,
  isCallExpression,
  isConditionalExpression,
  isElementAccessExpression,
  isExportAssignment,
  isExpressionStatement,
  isForOfStatement,
  isFunctionLikeDeclaration,
  isIdentifier,
  isIfStatement,
  isNewExpression,
  isNonNullExpression,
  isNumericLiteral,
  isObjectLiteralExpression,
  isParameterDeclaration,
  isParenthesizedExpression,
  isPrefixUnaryExpression,
  isPropertyAccessExpression,
  isPropertyAssignment,
  isPropertyDeclaration,
  isReturnStatement,
  isSatisfiesExpression,
  isShorthandPropertyAssignment,
  isSpreadAssignment,
  isSpreadElement,
  isStringLiteralLikeNode,
  isTypeAssertion,
  isTypeOfExpression,
  isVariableDeclaration,
  isVoidExpression,
  type Node,
  SyntaxKind
} from "typescript/unstable/ast"
import { type Project, type Type, TypeFlags } from "typescript/unstable/sync"
import { type Carriers, saysNothing } from "./carriers.ts"

/** Who declares a function: the language, a library of which only declarations are known, the SDK, or code that is read too. */
export type DeclaredBy = "language" | "library" | "own" | "source"

/** Where a value with the host in it goes: on with its types, to a library with parts of it, or to where no type follows. */
export type HostFlow =
  | { readonly to: "known" }
  | { readonly to: "library"; readonly namespaces: ReadonlyArray<string> }
  | { readonly to: "anywhere"; readonly why: string }

const known: HostFlow = { to: "known" }
const anywhere = (why: string): HostFlow => ({ to: "anywhere", why })
const untyped = anywhere("the host loses its type here")

const named = new Set([SyntaxKind.InKeyword, SyntaxKind.InstanceOfKeyword])
const compared = new Set([
  SyntaxKind.EqualsEqualsToken,
  SyntaxKind.EqualsEqualsEqualsToken,
  SyntaxKind.ExclamationEqualsToken,
  SyntaxKind.ExclamationEqualsEqualsToken
])
const assigned = new Set([
  SyntaxKind.EqualsToken,
  SyntaxKind.QuestionQuestionEqualsToken,
  SyntaxKind.BarBarEqualsToken,
  SyntaxKind.AmpersandAmpersandEqualsToken
])
/** Their left side is no part of what they give, as it is there. */
const dropped = new Set([SyntaxKind.AmpersandAmpersandToken, SyntaxKind.CommaToken])
const joined = new Set([
  SyntaxKind.BarBarToken,
  SyntaxKind.AmpersandAmpersandToken,
  SyntaxKind.QuestionQuestionToken,
  SyntaxKind.CommaToken
])

/** The language's own functions and classes that keep what they are given, and give it back with its type. */
const holders = new Set([
  "resolve",
  "all",
  "push",
  "unshift",
  "concat",
  "of",
  "set",
  "add",
  "assign",
  "freeze",
  "Map",
  "Set"
])

const holds = (call: Node): boolean => {
  const callee = isCallExpression(call) || isNewExpression(call) ? call.expression : null
  const name = callee !== null && isPropertyAccessExpression(callee) ? callee.name : callee
  return name !== null && isIdentifier(name) && holders.has(name.text)
}

const functionAround = (node: Node): Node | null => {
  for (let around = node.parent; around !== undefined; around = around.parent) {
    if (isFunctionLikeDeclaration(around)) return around
  }
  return null
}

/**
 * Follows a value with the host in it one step. A place that is not listed here loses the type, so an addition to the
 * language makes no gap.
 */
export const makeHostFlow = (
  { checker }: Project,
  { carries, namespaces }: Carriers,
  whole: number,
  declaredBy: (path: string) => DeclaredBy
): ((value: Expression) => HostFlow) => {
  const typeOf = (node: Node): Type | undefined => checker.getTypeAtLocation(node)
  const keeps = (node: Node): HostFlow => (carries(typeOf(node)) ? known : untyped)

  /**
   * The type that a place expects of a value of this type. A place that expects nothing passes the value's own type on.
   */
  const into = (place: Type | undefined): HostFlow => (place === undefined || carries(place) ? known : untyped)

  const returned = (value: Expression): HostFlow => {
    const wanted = checker.getContextualType(value)
    if (wanted !== undefined) return carries(wanted) ? known : untyped
    const around = functionAround(value)
    const signature = around === null ? undefined : checker.getSignatureFromDeclaration(around)
    return signature !== undefined && carries(checker.getReturnTypeOfSignature(signature)) ? known : untyped
  }

  const isBound = (call: Node, argument: Expression): boolean =>
    isCallExpression(call) &&
    call.arguments[0] === argument &&
    isPropertyAccessExpression(call.expression) &&
    ["bind", "call", "apply"].includes(call.expression.name.text) &&
    carries(typeOf(argument))

  const handed = (argument: Expression, call: Node): HostFlow => {
    const signature = checker.getResolvedSignature(call)
    const path = signature?.declaration?.path
    const by = path === undefined ? "source" : declaredBy(path)
    if (by === "language" && isBound(call, argument) && namespaces(typeOf(argument)).length === 0) return known
    const wanted = checker.getContextualType(argument)
    if (signature === undefined || wanted === undefined) return untyped
    const flow = into(wanted)
    if (flow.to !== "known" || by === "own") return flow
    if (by === "library") {
      const names = namespaces(checker.getNonNullableType(wanted))
      return names.length > 0 && names.length < whole
        ? { to: "library", namespaces: names }
        : anywhere("the whole host is handed to a library, which may use any of it")
    }
    if (by === "language") return holds(call) ? known : untyped
    const at = (isCallExpression(call) || isNewExpression(call) ? call.arguments : undefined)?.indexOf(argument) ?? -1
    const general = signature.getTarget() ?? signature
    const parameter = at < 0 ? undefined : checker.getParameterType(general, at)
    return carries(parameter) ? known : anywhere("the host is handed to a function that takes a value of any type")
  }

  const member = (value: Expression, access: Node): HostFlow => {
    const type = typeOf(access)
    if (isElementAccessExpression(access)) {
      const key = access.argumentExpression
      const keyType = typeOf(key)
      const plain =
        isStringLiteralLikeNode(key) ||
        isNumericLiteral(key) ||
        (keyType !== undefined && (keyType.flags & TypeFlags.NumberLike) !== 0)
      if (!plain) return anywhere("a part of the host is named at run time")
    }
    return saysNothing(type) && carries(typeOf(value)) ? untyped : known
  }

  return (value) => {
    const { parent } = value
    if (isPropertyAccessExpression(parent) || isElementAccessExpression(parent)) {
      return parent.expression === value ? member(value, parent) : known
    }
    if (isCallExpression(parent) || isNewExpression(parent)) {
      return parent.expression === value ? known : handed(value, parent)
    }
    if (
      isParenthesizedExpression(parent) ||
      isNonNullExpression(parent) ||
      isSatisfiesExpression(parent) ||
      isAwaitExpression(parent) ||
      isSpreadAssignment(parent)
    ) {
      return keeps(isSpreadAssignment(parent) ? parent.parent : parent)
    }
    if (isAsExpression(parent) || isTypeAssertion(parent)) return into(typeOf(parent))
    if (isConditionalExpression(parent)) return parent.condition === value ? known : keeps(parent)
    if (isArrayLiteralExpression(parent)) {
      const flow = into(checker.getContextualType(value))
      return flow.to === "known" ? keeps(parent) : flow
    }
    if (isSpreadElement(parent)) return isArrayLiteralExpression(parent.parent) ? keeps(parent.parent) : untyped
    if (isPropertyAssignment(parent) || isShorthandPropertyAssignment(parent)) {
      const flow = into(checker.getContextualType(value))
      return flow.to === "known" && isObjectLiteralExpression(parent.parent) ? keeps(parent.parent) : flow
    }
    if (isBindingElement(parent)) return into(checker.getContextualType(value))
    if (isVariableDeclaration(parent) || isPropertyDeclaration(parent) || isParameterDeclaration(parent)) {
      return keeps(parent.name)
    }
    if (isReturnStatement(parent) || (isArrowFunction(parent) && parent.body === value)) return returned(value)
    if (isBinaryExpression(parent)) {
      const { kind } = parent.operatorToken
      if (named.has(kind) || compared.has(kind)) return known
      if (joined.has(kind)) return parent.left === value && dropped.has(kind) ? known : keeps(parent)
      if (!assigned.has(kind) || isObjectLiteralExpression(parent.left) || isArrayLiteralExpression(parent.left)) {
        return untyped
      }
      return parent.left === value ? known : into(typeOf(parent.left))
    }
    if (isForOfStatement(parent)) return known
    if (isExportAssignment(parent) || isExpressionStatement(parent) || isIfStatement(parent)) return known
    if (isTypeOfExpression(parent) || isVoidExpression(parent) || isPrefixUnaryExpression(parent)) return known
    return untyped
  }
}
