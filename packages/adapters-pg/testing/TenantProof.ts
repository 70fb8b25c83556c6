import { type FuncCall, loadModule, type Node, parseSync, type SelectStmt } from "libpg-query"
import {
  columnOf,
  conjuncts,
  equality,
  functionName,
  isTrue,
  knownClauses,
  knownNodes,
  parameterOf
} from "./internal/syntaxTree.ts"
import type { SentStatement } from "./SentStatements.ts"
import { allowedFunctions, reachedThrough, tenantColumns } from "./TenantRules.ts"

/** A table or a subselect in a FROM, and the conditions that every row taken from it meets. */
interface Relation {
  readonly alias: string
  readonly table: string | null
  readonly conditions: ReadonlyArray<Node>
}

interface Scope {
  /** What the names of relations stand for, those of the enclosing queries included. Null: a subselect. */
  readonly tables: ReadonlyMap<string, string | null>
  /** Names of the common table expressions in sight. */
  readonly common: ReadonlySet<string>
}

await loadModule()

/**
 * Why a statement may read another tenant's rows: nothing when it cannot.
 *
 * Every table that has a tenant must be compared with a parameter that holds the caller's tenant, as `alias.column = $n`,
 * in a condition that every row of the table has to meet: in the WHERE of its own query, or in the ON of a join that
 * drops the table's rows which do not meet it. A table without tenants must equal the tenant's install in the same
 * places. Whatever this reader does not know is refused: other kinds of statement, of clause and of expression, other
 * functions and tables, and `*`.
 */
export const tenantViolations = ({ text, params }: SentStatement, tenant: string): ReadonlyArray<string> => {
  const found: Array<string> = []
  const isTenant = (parameter: number | null) => parameter !== null && params[parameter - 1] === tenant

  const boundToTenant = ({ alias, table, conditions }: Relation): boolean => {
    const rule = tenantColumns.get(table ?? "")
    if (rule === undefined) return false
    const isColumn = (node: Node | undefined) => {
      const column = columnOf(node)
      return column?.alias === alias && column.column === rule.column
    }
    return conditions.some((condition) => {
      const [left, right] = equality(condition) ?? []
      return (
        (isColumn(left) && isTenant(parameterOf(right, rule.casts))) ||
        (isColumn(right) && isTenant(parameterOf(left, rule.casts)))
      )
    })
  }

  const reached = ({ alias, table, conditions }: Relation, { tables }: Scope): boolean => {
    const rule = reachedThrough.get(table ?? "")
    if (rule === undefined) return false
    return conditions.some((condition) => {
      const sides = equality(condition)?.map(columnOf) ?? []
      const own = sides.find((side) => side?.alias === alias)
      const other = sides.find((side) => side?.alias !== alias)
      return (
        own?.column === rule.column &&
        other?.column === rule.tableColumn &&
        tables.get(other?.alias ?? "") === rule.table
      )
    })
  }

  const call = ({ funcname, args = [] }: FuncCall): void => {
    const name = functionName(funcname)
    const [, value, local] = args
    const tellsTenant = isTenant(parameterOf(value, ["text"])) && isTrue(local)
    if (name === "set_config" ? !tellsTenant : !allowedFunctions.has(name)) found.push(`calls the function ${name}`)
  }

  const expression = (value: unknown, scope: Scope): void => {
    if (Array.isArray(value)) for (const item of value) expression(item, scope)
    else if (typeof value === "object" && value !== null) {
      for (const [key, part] of Object.entries(value)) {
        if (key === "SelectStmt") query(part as SelectStmt, scope)
        else {
          if (/^[A-Z]/.test(key) && !knownNodes.has(key)) found.push(`holds a ${key}`)
          if (key === "FuncCall") call(part as FuncCall)
          expression(part, scope)
        }
      }
    }
  }

  const relations = (item: Node, scope: Scope): ReadonlyArray<Relation> => {
    if ("RangeVar" in item) {
      const { relname = "", schemaname, alias } = item.RangeVar
      if (schemaname !== undefined && schemaname !== "public") found.push(`reads the schema ${schemaname}`)
      if (alias?.colnames !== undefined) found.push(`renames the columns of ${relname}`)
      const common = schemaname === undefined && scope.common.has(relname)
      return [{ alias: alias?.aliasname ?? relname, table: common ? null : relname, conditions: [] }]
    }
    if ("RangeSubselect" in item) {
      const { subquery, alias } = item.RangeSubselect
      expression(subquery, scope)
      return [{ alias: alias?.aliasname ?? "", table: null, conditions: [] }]
    }
    if ("JoinExpr" in item && item.JoinExpr.larg !== undefined && item.JoinExpr.rarg !== undefined) {
      const { jointype, larg, rarg, quals, alias, isNatural, usingClause } = item.JoinExpr
      if (alias !== undefined || isNatural === true || usingClause !== undefined) found.push("joins without a plain ON")
      const on = (side: Node, dropped: boolean) =>
        relations(side, scope).map((relation) => ({
          ...relation,
          conditions: dropped ? [...relation.conditions, ...conjuncts(quals)] : relation.conditions
        }))
      return [
        ...on(larg, jointype === "JOIN_INNER" || jointype === "JOIN_RIGHT"),
        ...on(rarg, jointype === "JOIN_INNER" || jointype === "JOIN_LEFT")
      ]
    }
    found.push(`reads from a ${Object.keys(item).join()}`)
    return []
  }

  const joinConditions = (item: Node): ReadonlyArray<Node> =>
    "JoinExpr" in item
      ? [item.JoinExpr.larg, item.JoinExpr.rarg]
          .flatMap((side) => (side === undefined ? [] : joinConditions(side)))
          .concat(item.JoinExpr.quals ?? [])
      : []

  const commonTables = (clause: SelectStmt["withClause"], scope: Scope): Scope => {
    if (clause?.recursive === true) found.push("is recursive")
    const common = new Set(scope.common)
    for (const node of clause?.ctes ?? []) {
      const { ctename = "", ctequery } = "CommonTableExpr" in node ? node.CommonTableExpr : {}
      if (ctequery === undefined || !("SelectStmt" in ctequery)) found.push(`has ${ctename}, which is not a query`)
      expression(ctequery, { ...scope, common: new Set(common) })
      common.add(ctename)
    }
    return { ...scope, common }
  }

  const query = (select: SelectStmt, outer: Scope): void => {
    for (const clause of Object.keys(select)) if (!knownClauses.has(clause)) found.push(`has a ${clause}`)
    const { withClause, fromClause = [], larg, rarg, ...rest } = select
    const around = commonTables(withClause, outer)
    for (const arm of [larg, rarg]) if (arm !== undefined) query(arm, around)

    const own = fromClause
      .flatMap((item) => relations(item, around))
      .map((it) => ({ ...it, conditions: [...it.conditions, ...conjuncts(rest.whereClause)] }))
    const inside = {
      ...around,
      tables: new Map([...around.tables, ...own.map(({ alias, table }) => [alias, table] as const)])
    }
    for (const relation of own) {
      if (relation.table !== null && !boundToTenant(relation) && !reached(relation, inside)) {
        found.push(`reads ${relation.table} AS ${relation.alias} of any tenant`)
      }
    }
    expression([fromClause.flatMap(joinConditions), Object.values(rest)], inside)
  }

  const { stmts = [] } = parseSync(text)
  if (stmts.length !== 1) found.push("is not one statement")
  for (const { stmt } of stmts) {
    if (stmt !== undefined && "SelectStmt" in stmt) {
      query(stmt.SelectStmt, { tables: new Map(), common: new Set() })
    } else if (stmt === undefined || !("TransactionStmt" in stmt)) {
      found.push(`is a ${Object.keys(stmt ?? {}).join()}`)
    }
  }
  return found
}
