import { fileURLToPath } from "node:url"
import type { Plugin } from "esbuild"
import { readDates } from "../locale/readDates.ts"
import { readMoney } from "../locale/readMoney.ts"
import { readOrder } from "../locale/readOrder.ts"

const extension = import.meta.url.endsWith(".ts") ? "ts" : "js"
const tables = fileURLToPath(new URL(`../locale/tables.${extension}`, import.meta.url))

const readers = { moneyTable: readMoney, dateTable: readDates, orderTable: readOrder }

const sourceOf = (locales: ReadonlyArray<string>): string => {
  const parts = Object.entries(readers).map(([name, read]) => {
    const known = Object.fromEntries(locales.map((locale) => [locale, read(locale)]))
    const json = JSON.stringify(JSON.stringify(known))
    return `export const ${name} = /* @__PURE__ */ tableOf(/* @__PURE__ */ JSON.parse(${json}))`
  })
  return [`import { tableOf } from "./tableOf.${extension}"`, ...parts].join("\n")
}

/** Gives a component the tables of these locales, of which code that does not use them keeps none. */
export const localeTables = (locales: ReadonlyArray<string>): Plugin => ({
  name: "locale-tables",
  setup: ({ onLoad }) => {
    onLoad({ filter: /[/\\]internal[/\\]locale[/\\]tables\.[jt]s$/ }, ({ path }) =>
      path === tables ? { contents: sourceOf(locales), loader: "js" } : null
    )
  }
})
