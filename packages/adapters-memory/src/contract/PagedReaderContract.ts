import type { DataSourceError } from "@alga-psa/ext-domain/DataSourceError"
import { ClientId, type TenantId } from "@alga-psa/ext-domain/Identifiers"
import type { Page } from "@alga-psa/ext-domain/Page"
import type { ListQuery } from "@alga-psa/ext-domain/ReadOperation"
import type { AnyResource } from "@alga-psa/ext-domain/Resource"
import { assert, type Vitest } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import type { Dataset } from "../Dataset.ts"
import { type ContractData, load } from "./ContractData.ts"
import { freshId, freshTenant } from "./FreshTenant.ts"

/** A record of a resource as the contract makes it. */
export interface MadeRecord {
  readonly id: string
  readonly rows: Partial<Dataset>
}

/** What the contract needs to know of a resource beside its declaration. */
export interface PagedResource {
  /** As titles name it: `a client`, `clients`. */
  readonly one: string
  readonly many: string
  /** A query for every record, a hundred a page. */
  readonly everything: ListQuery
  /** A record of that name, under a new id or the given one. */
  readonly make: (tenant: ReturnType<typeof freshTenant>, name: string, id?: string) => MadeRecord
  /**
   * Two records; a portal user of the given client may see only the first. Left out where portal users see every
   * record.
   */
  readonly ofClient?: (tenant: ReturnType<typeof freshTenant>) => {
    readonly client: string
    readonly own: MadeRecord
    readonly other: MadeRecord
  }
}

type Summary = Readonly<Record<string, unknown>>

interface Reader {
  readonly list: (tenant: TenantId, query: unknown) => Effect.Effect<Page<Summary>, DataSourceError>
  readonly get: (tenant: TenantId, id: string) => Effect.Effect<Summary | null, DataSourceError>
}

/** What holds for every resource that is listed by pages: tenants, order, pages, snapshots, ids, and what a portal user may see. */
export const pagedReaderContract = <R>(
  it: Vitest.MethodsNonLive<R | ContractData>,
  resource: AnyResource & { readonly Reader: { readonly Identifier: NoInfer<R> } },
  { everything, make, many, ofClient, one }: PagedResource
): void => {
  const reader = Effect.map(resource.Reader as never as Effect.Effect<Reader, never, R>, (found) => found)
  const list = (tenant: TenantId, query: object = {}) =>
    Effect.flatMap(reader, (found) => found.list(tenant, { ...everything, ...query }))
  const get = (tenant: TenantId, id: string) => Effect.flatMap(reader, (found) => found.get(tenant, id))
  const names = (tenant: TenantId, query: object = {}) =>
    Effect.map(list(tenant, query), (page) => page.items.map((item) => item[resource.title]))
  const idsOf = (page: Page<Summary>) => page.items.map((item) => item[resource.id])

  it.effect(`gives null for ${one} that does not exist`, () =>
    Effect.gen(function* () {
      const tenant = freshTenant()
      yield* load(tenant.rows, make(tenant, "Evergreen").rows)
      assert.isNull(yield* get(tenant.tenant, freshId()))
    })
  )

  it.effect(`neither lists, counts nor gets another tenant's ${many}`, () =>
    Effect.gen(function* () {
      const mine = freshTenant()
      const other = freshTenant()
      const own = make(mine, "Evergreen")
      const foreign = make(other, "Evergreen")
      yield* load(mine.rows, other.rows, own.rows, foreign.rows)
      const page = yield* list(mine.tenant, { search: "evergreen" })
      assert.deepEqual(idsOf(page), [own.id])
      assert.strictEqual(page.totalCount, 1)
      assert.isNull(yield* get(mine.tenant, foreign.id))
      assert.deepEqual(yield* names(mine.tenant, { search: foreign.id }), [])
    })
  )

  it.effect("answers an unknown tenant with an empty list", () =>
    Effect.gen(function* () {
      const page = yield* list(freshTenant().tenant, { page: 3, pageSize: 7 })
      assert.deepEqual(page, { items: [], totalCount: 0, page: 3, pageSize: 7 })
    })
  )

  it.effect("orders by lower-cased name by code point, then by id", () =>
    Effect.gen(function* () {
      const tenant = freshTenant()
      const [first, second] = [freshId(), freshId()].sort()
      const ordered = ["_under", "Alpha 10", "alpha 2", "BETA", "beta", "Zenith", "élan", "ﬀ Press", "😀 Toys"]
      const ids = new Map([
        ["BETA", first],
        ["beta", second]
      ])
      const made = ordered.map((name) => make(tenant, name, ids.get(name)))
      yield* load(tenant.rows, ...made.toReversed().map(({ rows }) => rows))
      assert.deepEqual(yield* names(tenant.tenant), ordered)
    })
  )

  it.effect(`orders ${many} whose names differ in case alone by their ids`, () =>
    Effect.gen(function* () {
      const tenant = freshTenant()
      const letters = ["s", "a", "m", "e"]
      const spellings = Array.from({ length: 16 }, (_, bits) =>
        letters.map((letter, at) => ((bits >> at) % 2 === 0 ? letter : letter.toUpperCase())).join("")
      )
      const made = spellings.map((name) => make(tenant, name))
      yield* load(tenant.rows, ...made.map(({ rows }) => rows))
      assert.deepEqual(idsOf(yield* list(tenant.tenant)), made.map(({ id }) => id).sort())
    })
  )

  it.effect("pages without repeating or skipping, with one count on every page", () =>
    Effect.gen(function* () {
      const tenant = freshTenant()
      const made = Array.from({ length: 11 }, (_, index) =>
        make(tenant, `${index % 2 === 0 ? "Same" : "same"} ${index}`)
      )
      yield* load(tenant.rows, ...made.map(({ rows }) => rows))
      const pages = yield* Effect.forEach([1, 2, 3, 4], (page) => list(tenant.tenant, { page, pageSize: 3 }))
      assert.deepEqual(
        pages.map((page) => page.items.length),
        [3, 3, 3, 2]
      )
      assert.deepEqual(
        pages.flatMap((page) => page.items),
        (yield* list(tenant.tenant)).items
      )
      assert.deepEqual(
        pages.map(({ page, pageSize, totalCount }) => ({ page, pageSize, totalCount })),
        [1, 2, 3, 4].map((page) => ({ page, pageSize: 3, totalCount: 11 }))
      )
    })
  )

  it.effect("answers a page past the end with the count and no items", () =>
    Effect.gen(function* () {
      const tenant = freshTenant()
      yield* load(tenant.rows, make(tenant, "One").rows, make(tenant, "Two").rows)
      const last = { page: 10_000, pageSize: 100 }
      assert.deepEqual(yield* list(tenant.tenant, last), { items: [], totalCount: 2, ...last })
    })
  )

  it.effect("counts and lists one snapshot while rows are added", () =>
    Effect.gen(function* () {
      const tenant = freshTenant()
      yield* load(tenant.rows)
      const added = Array.from({ length: 20 }, (_, index) => make(tenant, `Record ${index}`))
      const adding = yield* Effect.forkChild(Effect.forEach(added, ({ rows }) => load(rows)))
      let page = yield* list(tenant.tenant)
      while (page.totalCount < 20) {
        assert.strictEqual(page.items.length, page.totalCount)
        yield* Effect.yieldNow
        page = yield* list(tenant.tenant)
      }
      yield* Fiber.join(adding)
      assert.strictEqual(page.items.length, 20)
    })
  )

  it.effect(`finds ${one} by its whole id in either case, and not by a part of it`, () =>
    Effect.gen(function* () {
      const tenant = freshTenant()
      const wanted = make(tenant, "Evergreen")
      yield* load(tenant.rows, wanted.rows, make(tenant, "Harbor").rows)
      assert.deepEqual(yield* names(tenant.tenant, { search: wanted.id }), ["Evergreen"])
      assert.deepEqual(yield* names(tenant.tenant, { search: wanted.id.toUpperCase() }), ["Evergreen"])
      assert.deepEqual(yield* names(tenant.tenant, { search: wanted.id.slice(0, 13) }), [])
      assert.deepEqual(yield* names(tenant.tenant, { search: freshId() }), [])
    })
  )

  it.effect.each([
    { term: "%", found: ["100% Organic"] },
    { term: "_", found: ["Blue_Sky"] },
    { term: "\\", found: ["Back\\Slash"] },
    { term: "0%", found: ["100% Organic"] },
    { term: "e_s", found: ["Blue_Sky"] },
    { term: "k\\s", found: ["Back\\Slash"] },
    { term: "\\%", found: [] },
    { term: "'", found: ["O'Neill"] },
    { term: '"; --', found: [] }
  ])("takes $term in a search as ordinary characters", ({ term, found }) =>
    Effect.gen(function* () {
      const tenant = freshTenant()
      const made = ["100% Organic", "Blue_Sky", "Back\\Slash", "O'Neill", "Plain"].map((name) => make(tenant, name))
      yield* load(tenant.rows, ...made.map(({ rows }) => rows))
      assert.deepEqual(yield* names(tenant.tenant, { search: term }), found)
    })
  )

  const isRestricted = resource.portal !== "every record"
  it(`has a case for what portal users may see, where they do not see all ${many}`, () => {
    assert.strictEqual(ofClient !== undefined, isRestricted)
  })
  if (ofClient === undefined) return

  it.effect(`lists the ${many} of one client and no other, also in the count`, () =>
    Effect.gen(function* () {
      const tenant = freshTenant()
      const { client, other, own } = ofClient(tenant)
      yield* load(tenant.rows, own.rows, other.rows)
      assert.strictEqual((yield* list(tenant.tenant)).totalCount, 2)
      const page = yield* list(tenant.tenant, { onlyClient: ClientId.make(client) })
      assert.deepEqual([idsOf(page), page.totalCount], [[own.id], 1])
      const none = yield* list(tenant.tenant, { onlyClient: ClientId.make(client), search: other.id })
      assert.strictEqual(none.totalCount, 0)
    })
  )
}
