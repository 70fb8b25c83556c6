import type { MoneyPattern, MoneyTable } from "./money.ts"

type Part = Readonly<Intl.NumberFormatPart>

const ofNumber: ReadonlySet<string> = new Set(["integer", "group", "decimal", "fraction"])

const textOf = (parts: ReadonlyArray<Part>, type: string): string =>
  parts.find((part) => part.type === type)?.value ?? ""

const around = (parts: ReadonlyArray<Part>): readonly [string, string] => {
  const first = parts.findIndex(({ type }) => ofNumber.has(type))
  const last = parts.findLastIndex(({ type }) => ofNumber.has(type))
  const side = (some: ReadonlyArray<Part>) =>
    some.map(({ type, value }) => (type === "currency" ? "¤" : value)).join("")
  return [side(parts.slice(0, first)), side(parts.slice(last + 1))]
}

const formatOf = (locale: string, currency: string) => new Intl.NumberFormat(locale, { style: "currency", currency })

const readCurrency = (locale: string, currency: string) => {
  const format = formatOf(locale, currency)
  const parts = format.formatToParts(1_234_567.5)
  const pattern: MoneyPattern = {
    positive: around(parts),
    negative: around(format.formatToParts(-1_234_567.5)),
    decimal: textOf(parts, "decimal"),
    group: textOf(parts, "group")
  }
  return { sign: textOf(parts, "currency"), pattern, places: format.resolvedOptions().maximumFractionDigits ?? 2 }
}

const integers = (format: Intl.NumberFormat, value: number): ReadonlyArray<string> =>
  format.formatToParts(value).flatMap(({ type, value: text }) => (type === "integer" ? [text] : []))

/** Reads from `Intl` how a locale writes amounts of money. */
export const readMoney = (locale: string): MoneyTable => {
  const patterns: Array<MoneyPattern> = []
  const keys: Array<string> = []
  const numberOf = (pattern: MoneyPattern): number => {
    // A currency without decimal places has no decimal separator, which its pattern then need not know.
    const key = JSON.stringify({ ...pattern, decimal: "" })
    const known = keys.findIndex(
      (other, at) => other === key && (!pattern.decimal || patterns[at]?.decimal === pattern.decimal)
    )
    if (known >= 0) return known
    keys.push(key)
    return patterns.push(pattern) - 1
  }
  const codes = ["USD", "XXX", ...Intl.supportedValuesOf("currency")]
  const read = codes.map((code) => ({ code, ...readCurrency(locale, code) }))
  const numbered = read
    .toSorted((a, b) => Number(a.pattern.decimal === "") - Number(b.pattern.decimal === ""))
    .map((one) => ({ ...one, chosen: numberOf(one.pattern) }))
  const ofLetters = numbered.filter(({ code, sign }) => sign === code)
  const counts = Map.groupBy(ofLetters, ({ chosen }) => chosen)
  const usual = [...counts].toSorted((a, b) => b[1].length - a[1].length)[0]?.[0] ?? 0
  const format = formatOf(locale, "USD")
  const groups = integers(format, 123_456_789_012)
  const digits = new Intl.NumberFormat(locale, { useGrouping: false }).format(9_876_543_210)
  return {
    digits: [...digits].toReversed().join(""),
    groups: [groups.at(-1)?.length ?? 3, groups.at(-2)?.length ?? 3],
    leastBefore: integers(format, 1_234).length > 1 ? 1 : 2,
    patterns,
    usual,
    signs: Object.fromEntries(
      numbered.flatMap(({ chosen, code, sign }) => (sign === code && chosen === usual ? [] : [[code, [sign, chosen]]]))
    ),
    places: Object.fromEntries(read.flatMap(({ code, places }) => (places === 2 ? [] : [[code, places]])))
  }
}
