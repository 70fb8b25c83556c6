import type { SentCall } from "./SentStatements.ts"

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

const section = ([call, calls]: readonly [string, ReadonlyArray<SentCall>]): string => {
  const tried = valuesOf(calls)
  const statements = groupBy(calls, textsOf).map(
    ([, same]) => `${conditions(same, tried)}\n\n\`\`\`sql\n${textsOf(same[0] as SentCall)}\n\`\`\``
  )
  return [`## ${call}`, ...statements].join("\n\n")
}

/** Every statement with the call that sends it and the inputs that lead to it, in Markdown. */
export const statementsPage = (calls: ReadonlyArray<SentCall>): string =>
  ["# Every statement", ...groupBy(calls, (it) => it.call).map(section)].join("\n\n")
