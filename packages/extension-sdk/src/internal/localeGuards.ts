const sdk = "of @alga-psa/ext-extension-sdk"

const twoDigits = (value: number): string => String(value).padStart(2, "0")
const day = (date: Date): string => date.toISOString().replace(/T.*/, "")
const time = (date: Date): string =>
  [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(twoDigits).join(":")

type Neutral = (value: never, ...args: ReadonlyArray<unknown>) => unknown

/** A method of dates that says `Invalid Date` for an invalid date, as the standard does. */
const ofDate =
  (text: (date: Date) => string): Neutral =>
  (date: Date) =>
    Number.isNaN(date.getTime()) ? "Invalid Date" : text(date)

const compare: Neutral = (text: string, other: unknown) => {
  const [a, b] = [String(text), String(other)]
  return a < b ? -1 : a > b ? 1 : 0
}

/** What to use instead with a locale, and what the method answers without one where the engines do not agree. */
const guards: ReadonlyArray<readonly [object, string, string, Neutral?]> = [
  [Number.prototype, "toLocaleString", `formatMoney ${sdk}`],
  [BigInt.prototype, "toLocaleString", `formatMoney ${sdk}`],
  [Array.prototype, "toLocaleString", `formatMoney ${sdk} for each element`],
  [Object.getPrototypeOf(Uint8Array.prototype), "toLocaleString", `formatMoney ${sdk} for each element`],
  [Date.prototype, "toLocaleString", `formatDate ${sdk}`, ofDate((date) => `${day(date)} ${time(date)}`)],
  [Date.prototype, "toLocaleDateString", `formatDate ${sdk}`, ofDate(day)],
  [Date.prototype, "toLocaleTimeString", `formatDate ${sdk}`, ofDate(time)],
  [String.prototype, "localeCompare", `collator ${sdk}`, compare],
  [String.prototype, "toLocaleUpperCase", "toUpperCase()"],
  [String.prototype, "toLocaleLowerCase", "toLowerCase()"]
]

/**
 * Lets the methods that take a locale refuse one. The engines have no locales and leave it out silently, so that a German
 * price would come out English. Without a locale each answers the same on every engine: dates as in ISO 8601, in UTC; texts
 * in the order of their code units.
 */
export const guardLocales = (): void => {
  for (const [prototype, name, substitute, neutral] of guards) {
    const native = Reflect.get(prototype, name) as (...args: ReadonlyArray<unknown>) => unknown
    const given = name === "localeCompare" ? 1 : 0
    const guarded = function (this: never, ...args: ReadonlyArray<unknown>): unknown {
      if (args.slice(given).some((value) => value !== undefined)) {
        throw new TypeError(`an extension has no ${name} with a locale or options: use ${substitute}`)
      }
      return neutral === undefined ? native.apply(this) : neutral(this, ...args)
    }
    Object.defineProperty(guarded, "name", { value: name, configurable: true })
    Object.defineProperty(prototype, name, { value: guarded, writable: true, configurable: true })
  }
}
