import type { DateTable } from "./date.ts"
import type { MoneyTable } from "./money.ts"
import type { OrderTable } from "./order.ts"
import { readDates } from "./readDates.ts"
import { readMoney } from "./readMoney.ts"
import { readOrder } from "./readOrder.ts"

/*
 * The tables of a locale, as Node knows them. In a component, which has no locales, the build puts a module in the place of this
 * one that holds the tables of the locales that it was told.
 */

const once = <Table>(read: (locale: string) => Table): ((locale: string) => Table) => {
  const known = new Map<string, Table>()
  return (locale) => {
    const table = known.get(locale) ?? read(locale)
    known.set(locale, table)
    return table
  }
}

/** How a locale writes money. */
export const moneyTable: (locale: string) => MoneyTable = once(readMoney)

/** How a locale writes dates. */
export const dateTable: (locale: string) => DateTable = once(readDates)

/** How a locale orders texts. */
export const orderTable: (locale: string) => OrderTable = once(readOrder)
