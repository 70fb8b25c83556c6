/** How a locale writes amounts of one kind: what stands before and behind the digits, and between them. */
export interface MoneyPattern {
  /** `¤` stands for the currency's sign. */
  readonly positive: readonly [before: string, behind: string]
  readonly negative: readonly [before: string, behind: string]
  readonly decimal: string
  readonly group: string
}

/** How a locale writes amounts of money. */
export interface MoneyTable {
  /** The ten digits. */
  readonly digits: string
  /** How many digits the last group has, and each before it. */
  readonly groups: readonly [last: number, others: number]
  /** The fewest digits before a first group separator. */
  readonly leastBefore: number
  readonly patterns: ReadonlyArray<MoneyPattern>
  /** The pattern of a currency that `signs` does not name. */
  readonly usual: number
  /** The sign and the pattern of each currency whose sign is not its code, or whose pattern is not the usual one. */
  readonly signs: Readonly<Record<string, readonly [sign: string, pattern: number]>>
  /** Decimal places of the currencies that do not have two. */
  readonly places: Readonly<Record<string, number>>
}

const grouped = (whole: string, { groups: [last, others], leastBefore }: MoneyTable, group: string): string => {
  if (whole.length < last + leastBefore) return whole
  const parts = [whole.slice(-last)]
  for (let end = whole.length - last; end > 0; end -= others) parts.unshift(whole.slice(Math.max(0, end - others), end))
  return parts.join(group)
}

/** An amount in whole minor units as the table writes it. */
export const writeMoney = (minorUnits: number, currency: string, table: MoneyTable): string => {
  const places = table.places[currency] ?? 2
  const plain = String(Math.abs(minorUnits)).padStart(places + 1, "0")
  const at = plain.length - places
  const [sign, chosen] = table.signs[currency] ?? [currency, table.usual]
  const pattern = table.patterns[chosen] as MoneyPattern
  const number =
    grouped(plain.slice(0, at), table, pattern.group) + (places > 0 ? pattern.decimal + plain.slice(at) : "")
  const [before, behind] = (minorUnits < 0 ? pattern.negative : pattern.positive).map((text) => text.replace("¤", sign))
  return before + number.replace(/\d/g, (digit) => table.digits[Number(digit)] ?? digit) + behind
}
