import type { Node, SelectStmt } from "libpg-query"

/** The operands of the ANDs at the top of a condition. What is under an OR or a NOT stays one operand. */
export const conjuncts = (condition: Node | undefined): ReadonlyArray<Node> => {
  if (condition === undefined) return []
  if (!("BoolExpr" in condition) || condition.BoolExpr.boolop !== "AND_EXPR") return [condition]
  return (condition.BoolExpr.args ?? []).flatMap(conjuncts)
}

const names = (fields: ReadonlyArray<Node> | undefined): ReadonlyArray<string | null> =>
  (fields ?? []).map((field) => ("String" in field ? (field.String.sval ?? null) : null))

/** A column written as `alias.column`. */
export interface Column {
  readonly alias: string
  readonly column: string
}

/** The column that a node is, when it names both the relation and the column. */
export const columnOf = (node: Node | undefined): Column | null => {
  if (node === undefined || !("ColumnRef" in node)) return null
  const [alias, column, ...more] = names(node.ColumnRef.fields)
  return typeof alias === "string" && typeof column === "string" && more.length === 0 ? { alias, column } : null
}

/** The sides of a plain `left = right`. */
export const equality = (node: Node): readonly [Node | undefined, Node | undefined] | null =>
  "A_Expr" in node && node.A_Expr.kind === "AEXPR_OP" && names(node.A_Expr.name).join(".") === "="
    ? [node.A_Expr.lexpr, node.A_Expr.rexpr]
    : null

/** The number of the parameter that a node is, bare or cast to one of the given types. */
export const parameterOf = (node: Node | undefined, casts: ReadonlyArray<string>): number | null => {
  if (node === undefined) return null
  if ("ParamRef" in node) return node.ParamRef.number ?? null
  if (!("TypeCast" in node)) return null
  const { arg, typeName } = node.TypeCast
  const type = names(typeName?.names).filter((name) => name !== "pg_catalog")
  const plain = typeName?.arrayBounds === undefined && type.length === 1
  return plain && casts.includes(type[0] ?? "") && arg !== undefined && "ParamRef" in arg
    ? (arg.ParamRef.number ?? null)
    : null
}

/** The name that a function is called by, with its schema where it has one. */
export const functionName = (fields: ReadonlyArray<Node> | undefined): string => names(fields).join(".")

/** Whether a node is the word `true`. */
export const isTrue = (node: Node | undefined): boolean =>
  node !== undefined && "A_Const" in node && node.A_Const.boolval?.boolval === true

/** Parts of a query that a checker has to know each by itself. */
export const knownClauses: ReadonlySet<string> = new Set<keyof SelectStmt>([
  "distinctClause",
  "targetList",
  "fromClause",
  "whereClause",
  "groupClause",
  "havingClause",
  "valuesLists",
  "sortClause",
  "limitCount",
  "limitOffset",
  "limitOption",
  "withClause",
  "op",
  "all",
  "larg",
  "rarg"
])

/** Kinds of node that an expression may hold, beside a query, and beside a function, which is known by name. */
export const knownNodes: ReadonlySet<string> = new Set([
  "A_ArrayExpr",
  "A_Const",
  "A_Expr",
  "BoolExpr",
  "BooleanTest",
  "CaseExpr",
  "CaseWhen",
  "CoalesceExpr",
  "MinMaxExpr",
  "CollateClause",
  "ColumnRef",
  "FuncCall",
  "Integer",
  "List",
  "NullTest",
  "ParamRef",
  "ResTarget",
  "RowExpr",
  "SortBy",
  "String",
  "SubLink",
  "TypeCast"
])
