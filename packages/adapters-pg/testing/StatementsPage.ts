import type { SentCall, SentStatement } from "./SentStatements.ts"
import { layOut } from "./StatementLayout.ts"
import { allowedFunctions, reachedThrough, tenantColumns } from "./TenantRules.ts"

/** The command that writes the page again. */
export const updateCommand = "npx --yes pnpm@12 docs:statements"

/** Where the page is kept. */
export const pageFile = new URL("../../../docs/statements.md", import.meta.url)

const groupBy = <A>(
  items: ReadonlyArray<A>,
  key: (item: A) => string
): ReadonlyArray<readonly [string, ReadonlyArray<A>]> => {
  const groups = new Map<string, Array<A>>()
  for (const item of items) {
    const group = groups.get(key(item))
    if (group === undefined) groups.set(key(item), [item])
    else group.push(item)
  }
  return [...groups]
}

const textsOf = (call: SentCall) => call.statements.map((statement) => statement.text).join(";\n")

type Values = ReadonlyMap<string, ReadonlySet<string>>

const valuesOf = (calls: ReadonlyArray<SentCall>): Values => {
  const entries = calls.flatMap(({ input }) => Object.entries(input))
  return new Map(
    groupBy(entries, ([name]) => name).map(([name, all]) => [
      name,
      new Set(all.map(([, value]) => JSON.stringify(value)))
    ])
  )
}

/** Which inputs lead to a statement, out of all that were tried. Inputs that make no difference are left out. */
const conditions = (calls: ReadonlyArray<SentCall>, tried: Values): string => {
  const values = valuesOf(calls)
  const product = [...values.values()].reduce((count, of) => count * of.size, 1)
  const named = [...values].filter(([name, of]) => of.size < (tried.get(name)?.size ?? 0))
  const listed = named.map(([name, of]) => `${name} ${[...of].map((value) => `\`${value}\``).join(" or ")}`).join("; ")
  if (listed === "") return "With any input."
  return product === calls.length ? `With ${listed}.` : `With some combinations of ${listed}.`
}

const sql = (statements: ReadonlyArray<SentStatement>) => statements.map(({ text }) => layOut(text)).join(";\n\n")

const section = ([call, calls]: readonly [string, ReadonlyArray<SentCall>]): string => {
  const tried = valuesOf(calls)
  const statements = groupBy(calls, textsOf).map(
    ([, same]) => `${conditions(same, tried)}\n\n\`\`\`sql\n${sql(same[0]?.statements ?? [])}\n\`\`\``
  )
  return [`## ${call}`, ...statements].join("\n\n")
}

const columns = () =>
  groupBy([...tenantColumns], ([, rule]) => rule.column)
    .map(([column, tables]) => `- \`${column}\`: ${tables.map(([table]) => `\`${table}\``).join(", ")}`)
    .join("\n")

const registry = () =>
  [...reachedThrough]
    .map(([table, it]) => `- \`${table}.${it.column}\` equals \`${it.table}.${it.tableColumn}\``)
    .join("\n")

const functions = () => [...allowedFunctions].map((name) => `\`${name}\``).join(", ")

/** What surrounds a call's own statement, whichever it is. */
const around = (callsByTenant: ReadonlyArray<SentCall>): string => {
  const [begin, told, , ...end] = callsByTenant[0]?.statements ?? []
  return [begin, told]
    .flatMap((statement) => (statement === undefined ? [] : [layOut(statement.text)]))
    .concat("-- the statement of the call", ...end.map(({ text }) => text))
    .join(";\n")
}

/** The page that shows every statement with the call that sends it, in Markdown. */
export const statementsPage = (calls: ReadonlyArray<SentCall>, callsByTenant: ReadonlyArray<SentCall>): string => {
  const distinct = new Set(calls.map(textsOf)).size
  return `# Every statement

What the PostgreSQL adapter can send, taken at the driver's border: the ports are called ${calls.length} times, with every
combination of inputs that could change the text, and send ${distinct} different statements. This page is written by \`${updateCommand}\`, and a
test fails when it is out of date.

The same test parses each statement with PostgreSQL's own grammar and refuses it unless every table in it, in each join,
subselect, common table expression and arm of a UNION, is bound to the caller's tenant: compared as \`alias.column = $n\` with a
parameter that holds it, in a condition that every row of the table has to meet. Equality with another column, an OR or
a NOT around the comparison, an IN list, or the ON of an outer join on the side that keeps its rows do not count. So each
statement reads the rows of one tenant. On a database distributed by these columns, with \`tenants\` and the registry as
reference tables, they are rows of one shard: no statement reads distributed tables of both kinds.

${columns()}

The registry of extensions has no tenant. Two of its tables are read, only for the tenant's own install:

${registry()}

Columns are named one by one, and no function is called but ${functions()} (the grammar's name for the ESCAPE of a
LIKE).

With row level security every call sends the same statement, on a connection that it does not share, between these:

\`\`\`sql
${around(callsByTenant)}
\`\`\`

${groupBy(calls, (it) => it.call)
  .map(section)
  .join("\n\n")}
`
}
