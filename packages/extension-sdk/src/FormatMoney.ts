import { writeMoney } from "./internal/locale/money.ts"
import { moneyTable } from "./internal/locale/tables.ts"

/**
 * An amount of money as people of a locale write it. Amounts of the host are whole minor units, such as cents; a fraction of one is
 * rounded, half of one away from zero. Decimal places are those that Intl has for the currency: none for HUF, COP or IDR, for example.
 * A component knows the locales that `package.json` names under `"alga": { "locales": [] }`.
 * Throws a `RangeError` for another locale, and where the currency is no code of three letters.
 *
 * @example
 * ```ts
 * import { formatMoney } from "@alga-psa/ext-extension-sdk"
 *
 * console.log(formatMoney(123_450, "USD", "en-US"), formatMoney(-500, "JPY", "en-US")) // $1,234.50 -¥500
 * ```
 */
export const formatMoney = (minorUnits: number, currency: string, locale: string): string => {
  const code = String(currency).toUpperCase()
  if (!/^[A-Z]{3}$/.test(code))
    throw new RangeError(`formatMoney: ${currency} is not the code of a currency, such as USD`)
  const whole = Math.sign(minorUnits) * Math.round(Math.abs(minorUnits))
  if (!Number.isSafeInteger(whole)) throw new RangeError(`formatMoney: ${minorUnits} is not an amount in minor units`)
  return writeMoney(whole, code, moneyTable(locale))
}
