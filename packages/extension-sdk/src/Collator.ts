import { comparer } from "./internal/locale/order.ts"
import { orderTable } from "./internal/locale/tables.ts"

const known = new Map<string, (a: string, b: string) => number>()

/**
 * What compares two texts as people of a locale do, for `sort`: letters first, then accents, then case. Letters of the locale's
 * own script are known, and Latin, Greek and Cyrillic ones; all others come last. A component knows the locales that
 * `package.json` names under `"alga": { "locales": [] }`. Throws a `RangeError` for another locale.
 *
 * @example
 * ```ts
 * import { collator } from "@alga-psa/ext-extension-sdk"
 *
 * console.log(["z", "ä", "a"].sort(collator("de-DE"))) // [ 'a', 'ä', 'z' ]
 * ```
 */
export const collator = (locale: string): ((a: string, b: string) => number) => {
  const compare = known.get(locale) ?? comparer(orderTable(locale))
  known.set(locale, compare)
  return compare
}
