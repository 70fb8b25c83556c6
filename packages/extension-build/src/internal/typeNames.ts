import {
  isHeritageClause,
  isInterfaceDeclaration,
  isTypeQueryNode,
  isTypeReferenceNode,
  type Node,
  type SourceFile,
  SyntaxKind
} from "typescript/unstable/ast"

/** Where the names begin that a file uses only as types. They do not run, so a bundle does not show them. */
export const typeNames = (source: SourceFile): ReadonlySet<number> => {
  const starts = new Set<number>()
  const add = (name: Node) => void starts.add(name.getStart(source))
  const visit = (node: Node): void => {
    if (isTypeReferenceNode(node)) add(node.typeName)
    if (isTypeQueryNode(node)) add(node.exprName)
    if (isHeritageClause(node)) {
      const isErased = node.token === SyntaxKind.ImplementsKeyword || isInterfaceDeclaration(node.parent)
      if (isErased) for (const { expression } of node.types) add(expression)
    }
    node.forEachChild(visit)
  }
  source.forEachChild(visit)
  return starts
}
