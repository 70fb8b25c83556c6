import { maxPage, maxPageSize as pageSize } from "./internal/resources/paging.ts"
import { ListIncomplete } from "./ListIncomplete.ts"
import type { Page } from "./Page.ts"

/** How far an iteration over all pages may go. */
export interface AllOptions {
  /**
   * How many host calls it may make; each brings up to 100 records. Default: 500, half of what a host lets a request make
   * where nothing else is set.
   */
  readonly maxCalls?: number | undefined
}

/**
 * Every record of a list, page by page: `host.clients.all()` and `host.services.all()` are made of it. A page is asked for
 * when its first record is, so leaving the loop early leaves out the rest.
 *
 * No record is given twice. Records may come and go between two pages: where the total shrinks, the pages before are
 * looked through again for what moved up, until one brings nothing new. What is there from the first page to the last is
 * given, unless as many records came as went between the same two calls.
 *
 * Ends with {@link ListIncomplete} where more records match than `maxCalls` can bring, and with the `HostError` of a page
 * that fails.
 *
 * @example
 * ```ts
 * import { allPages, mockClients } from "@alga-psa/ext-extension-sdk"
 *
 * const clients = mockClients([{ clientId: "c0000000-0001-4000-8000-000000000001", clientName: "Northwind" }])
 * const everyone = allPages("clients.all", (page) => clients.list(page), (client) => client.clientId)
 * for await (const client of everyone) console.log(client.clientName)
 * ```
 */
export async function* allPages<Item>(
  operation: string,
  list: (page: { readonly page: number; readonly pageSize: number }) => Promise<Page<Item>>,
  idOf: (item: Item) => string,
  { maxCalls = 500 }: AllOptions = {}
): AsyncGenerator<Item, void, undefined> {
  const given = new Set<string>()
  let calls = 0
  let total = 0
  const fresh = async (page: number): Promise<{ readonly items: ReadonlyArray<Item>; readonly totalCount: number }> => {
    if (calls++ >= maxCalls || page > maxPage) throw new ListIncomplete(operation, given.size, total)
    const { items, totalCount } = await list({ page, pageSize })
    const found = items.filter((item) => !given.has(idOf(item)))
    for (const item of found) given.add(idOf(item))
    return { items: found, totalCount }
  }
  for (let page = 1; ; page++) {
    const { items, totalCount } = await fresh(page)
    for (let before = totalCount < total ? page - 1 : 0; before > 0; before--) {
      const missed = await fresh(before)
      if (missed.items.length === 0) break
      yield* missed.items
    }
    yield* items
    total = totalCount
    if (page * pageSize >= total) return
  }
}
