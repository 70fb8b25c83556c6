import type { AllOptions } from "./AllPages.ts"
import type { CursorPage } from "./CursorPage.ts"
import { IterationStopped } from "./IterationStopped.ts"
import { maxPageSize as pageSize } from "./internal/resources/paging.ts"

/**
 * Every record of a list by cursor, page by page: `host.clientsV2.all()` and `host.servicesV2.all()` are made of it. A page is
 * asked for when its first record is, so leaving the loop early leaves out the rest.
 *
 * A record that stays with its name and goes on matching comes once, whatever else changes meanwhile. One that is renamed
 * meanwhile may come twice or not at all.
 *
 * Ends with {@link IterationStopped} where more records match than `maxCalls` can bring or a cursor repeats, and with the
 * `HostError` of a page that fails.
 *
 * @example
 * ```ts
 * import { allAfter, mockClientsV2 } from "@alga-psa/ext-extension-sdk"
 *
 * const clients = mockClientsV2([{ clientId: "c0000000-0001-4000-8000-000000000001", clientName: "Northwind" }])
 * for await (const client of allAfter("clients.all", (page) => clients.list(page))) console.log(client.clientName)
 * ```
 */
export async function* allAfter<Item>(
  operation: string,
  list: (page: { readonly after: string | null; readonly pageSize: number }) => Promise<CursorPage<Item>>,
  { maxCalls = 500 }: AllOptions = {}
): AsyncGenerator<Item, void, undefined> {
  const seen = new Set<string>()
  let given = 0
  for (let after: string | null = null, calls = 0; ; calls++) {
    if (calls >= maxCalls) throw new IterationStopped(operation, "max-calls", given)
    const { items, next }: CursorPage<Item> = await list({ after, pageSize })
    given += items.length
    yield* items
    if (next === null) return
    if (seen.has(next)) throw new IterationStopped(operation, "cursor-repeats", given)
    seen.add(next)
    after = next
  }
}
