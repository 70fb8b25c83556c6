import type { CursorPage, CursorQuery } from "@alga-psa/ext-domain/CursorPage"
import type { DataSourceError } from "@alga-psa/ext-domain/DataSourceError"
import { ClientId, type TenantId } from "@alga-psa/ext-domain/Identifiers"
import { cursorOf, type PageCursor, sortNameLength } from "@alga-psa/ext-domain/PageCursor"
import type { AnyResource } from "@alga-psa/ext-domain/Resource"
import { assert, type Vitest } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { type ContractData, load } from "./ContractData.ts"
import { freshId, freshTenant } from "./FreshTenant.ts"
import type { PagedResource } from "./PagedReaderContract.ts"

type Summary = Readonly<Record<string, unknown>>

interface Reader {
  readonly page: (tenant: TenantId, query: unknown) => Effect.Effect<CursorPage<Summary>, DataSourceError>
  readonly getMany: (
    tenant: TenantId,
    ids: ReadonlyArray<string>
  ) => Effect.Effect<ReadonlyArray<Summary | null>, DataSourceError>
}

/** What the contract needs to know of a resource beside its declaration. */
export interface CursorResource extends Pick<PagedResource, "one" | "many" | "make" | "ofClient"> {
  /** A query for every record, a hundred a page. */
  readonly everything: CursorQuery
}

const first = "00000000-0000-0000-0000-000000000000"
const last = "ffffffff-ffff-ffff-ffff-ffffffffffff"

/** What holds for every resource that is read by cursor, and many at once. */
export const cursorReaderContract = <R>(
  it: Vitest.MethodsNonLive<R | ContractData>,
  resource: AnyResource & { readonly Reader: { readonly Identifier: NoInfer<R> } },
  { everything, make, many, ofClient, one }: CursorResource
): void => {
  const reader = Effect.map(resource.Reader as never as Effect.Effect<Reader, never, R>, (found) => found)
  const page = (tenant: TenantId, query: Partial<CursorQuery> & Record<string, unknown> = {}) =>
    Effect.flatMap(reader, (found) => found.page(tenant, { ...everything, ...query }))
  const getMany = (tenant: TenantId, ids: ReadonlyArray<string>) =>
    Effect.flatMap(reader, (found) => found.getMany(tenant, ids))
  const idsOf = (items: ReadonlyArray<Summary | null>) => items.map((item) => item?.[resource.id] ?? null)
  const namesOf = ({ items }: CursorPage<Summary>) => items.map((item) => item[resource.title])

  const pages = (tenant: TenantId, query: Partial<CursorQuery> & Record<string, unknown> = {}) =>
    Effect.gen(function* () {
      const found: Array<CursorPage<Summary>> = []
      let after: PageCursor | null = null
      do {
        const one: CursorPage<Summary> = yield* page(tenant, { ...query, after })
        found.push(one)
        after = one.next === null ? null : cursorOf(one.next)
        assert.isBelow(found.length, 100)
        assert.strictEqual(after === null, one.next === null, "a cursor beyond the last page")
      } while (after !== null)
      return found
    })
  const iterated = (tenant: TenantId, query: Partial<CursorQuery> & Record<string, unknown> = {}) =>
    Effect.map(pages(tenant, query), (found) => found.flatMap(({ items }) => items))

  it.effect(`gives every one of ${many} once, in order, whatever the size of a page`, () =>
    Effect.gen(function* () {
      const tenant = freshTenant()
      const [lower, upper] = [freshId(), freshId()].sort()
      const ordered = [
        "",
        "_under",
        "Alpha 10",
        "alpha 2",
        "BETA",
        "beta",
        "Zenith",
        "élan",
        "ﬀ Press",
        "\ufeffMark",
        "😀 Toys"
      ]
      const ids = new Map([
        ["BETA", lower],
        ["beta", upper]
      ])
      const made = ordered.map((name) => make(tenant, name, ids.get(name)))
      yield* load(tenant.rows, ...made.toReversed().map(({ rows }) => rows))
      for (const pageSize of [1, 2, 3, 5, 10, 11, 12]) {
        const found = yield* pages(tenant.tenant, { pageSize })
        assert.deepEqual(
          found.flatMap(({ items }) => idsOf(items)),
          made.map(({ id }) => id)
        )
        assert.lengthOf(found, Math.ceil(ordered.length / pageSize))
        assert.deepEqual(new Set(found.map(({ totalCount }) => totalCount)), new Set([null]))
      }
    })
  )

  it.effect("names no next page after the last record, and none at all where nothing matches", () =>
    Effect.gen(function* () {
      const tenant = freshTenant()
      yield* load(tenant.rows, make(tenant, "One").rows, make(tenant, "Two").rows)
      assert.isNotNull((yield* page(tenant.tenant, { pageSize: 1 })).next)
      assert.isNull((yield* page(tenant.tenant, { pageSize: 2 })).next)
      const nothing = { items: [], totalCount: null, next: null }
      assert.deepEqual(yield* page(tenant.tenant, { after: { name: "two", id: last } }), nothing)
      assert.deepEqual(yield* page(tenant.tenant, { search: "three" }), nothing)
      assert.deepEqual(yield* page(freshTenant().tenant, { withTotal: true }), { ...nothing, totalCount: 0 })
    })
  )

  it.effect("counts all that match where it is asked to, on every page, also behind the last", () =>
    Effect.gen(function* () {
      const tenant = freshTenant()
      const names = ["Alpha 1", "Alpha 2", "Alpha 3", "Beta"]
      yield* load(tenant.rows, ...names.map((name) => make(tenant, name).rows))
      const totals = (query: Record<string, unknown>) =>
        Effect.map(pages(tenant.tenant, { pageSize: 2, withTotal: true, ...query }), (found) =>
          found.map(({ totalCount }) => totalCount)
        )
      assert.deepEqual(yield* totals({}), [4, 4])
      assert.deepEqual(yield* totals({ search: "alpha" }), [3, 3])
      const behind = yield* page(tenant.tenant, { withTotal: true, after: { name: "zeta", id: last } })
      assert.deepEqual(behind, { items: [], totalCount: 4, next: null })
    })
  )

  it.effect("counts and pages one snapshot while rows are added", () =>
    Effect.gen(function* () {
      const tenant = freshTenant()
      yield* load(tenant.rows)
      const added = Array.from({ length: 20 }, (_, index) => make(tenant, `Record ${index}`))
      const adding = yield* Effect.forkChild(Effect.forEach(added, ({ rows }) => load(rows)))
      let found = yield* page(tenant.tenant, { withTotal: true })
      while (found.totalCount !== 20) {
        assert.strictEqual(found.items.length, found.totalCount)
        yield* Effect.yieldNow
        found = yield* page(tenant.tenant, { withTotal: true })
      }
      yield* Fiber.join(adding)
      assert.lengthOf(found.items, 20)
    })
  )

  it.effect(`neither pages nor gets another tenant's ${many}, whatever the cursor says`, () =>
    Effect.gen(function* () {
      const mine = freshTenant()
      const other = freshTenant()
      const [own, foreign] = [make(mine, "Evergreen"), make(other, "Evergreen")]
      yield* load(mine.rows, other.rows, own.rows, foreign.rows)
      assert.deepEqual(idsOf(yield* iterated(mine.tenant)), [own.id])
      assert.deepEqual(yield* getMany(mine.tenant, [foreign.id, own.id, foreign.id]).pipe(Effect.map(idsOf)), [
        ...[null, own.id, null]
      ])
      // A forged cursor is a place in the order and nothing else: the same for an id of another tenant and one of nobody's.
      for (const id of [foreign.id, freshId()]) {
        assert.deepEqual(idsOf((yield* page(mine.tenant, { after: { name: "evergree", id } })).items), [own.id])
        assert.deepEqual(idsOf((yield* page(mine.tenant, { after: { name: "evergreeo", id } })).items), [])
        const same = yield* page(mine.tenant, { after: { name: "evergreen", id }, withTotal: true })
        assert.deepEqual([idsOf(same.items), same.totalCount], [id < own.id ? [own.id] : [], 1])
      }
    })
  )

  it.effect(`goes on behind the last of ${many} that it gave, whatever is added meanwhile`, () =>
    Effect.gen(function* () {
      const tenant = freshTenant()
      const named = (...names: ReadonlyArray<string>) => load(...names.map((name) => make(tenant, name).rows))
      yield* load(tenant.rows)
      yield* named("b", "d", "f")
      const before = yield* page(tenant.tenant, { pageSize: 1 })
      yield* named("a", "c", "e")
      const after = before.next === null ? null : cursorOf(before.next)
      assert.deepEqual([namesOf(before), namesOf(yield* page(tenant.tenant, { after }))], [["b"], ["c", "d", "e", "f"]])
    })
  )

  it.effect("begins behind any place, whether a record is there or not", () =>
    Effect.gen(function* () {
      const tenant = freshTenant()
      const made = ["a", "b", "ｂ", "𝒃"].map((name) => make(tenant, name))
      yield* load(tenant.rows, ...made.map(({ rows }) => rows))
      const [, b] = made
      const rest = (after: PageCursor) => Effect.map(page(tenant.tenant, { after }), namesOf)
      assert.deepEqual(yield* rest({ name: "", id: first }), ["a", "b", "ｂ", "𝒃"])
      assert.deepEqual(yield* rest({ name: "a", id: last }), ["b", "ｂ", "𝒃"])
      assert.deepEqual(yield* rest({ name: "b", id: first }), ["b", "ｂ", "𝒃"])
      assert.deepEqual(yield* rest({ name: "b", id: b?.id ?? "" }), ["ｂ", "𝒃"])
      // By code point the wide letter is before the one beyond U+FFFF; by UTF-16 unit it is behind it.
      assert.deepEqual(yield* rest({ name: "ｂ", id: last }), ["𝒃"])
      assert.deepEqual(yield* rest({ name: "\u{10ffff}", id: first }), [])
    })
  )

  it.effect("finds what a search finds, over all pages", () =>
    Effect.gen(function* () {
      const tenant = freshTenant()
      const names = ["100% Alpha", "Alpha_1", "alpha 2", "Beta"]
      const made = names.map((name) => make(tenant, name))
      yield* load(tenant.rows, ...made.map(({ rows }) => rows))
      const found = (search: string) =>
        Effect.map(pages(tenant.tenant, { search, pageSize: 1 }), (all) => all.flatMap(namesOf))
      assert.deepEqual(yield* found("ALPHA"), ["100% Alpha", "alpha 2", "Alpha_1"])
      assert.deepEqual(yield* found("%"), ["100% Alpha"])
      assert.deepEqual(yield* found(made[3]?.id ?? ""), ["Beta"])
    })
  )

  it.effect("finds a part of a name that ends in a sigma, whichever of its letters is written", () =>
    Effect.gen(function* () {
      const tenant = freshTenant()
      const made = ["ΟΔΟΣΗΜΑ ΑΕ", "οδός", "ΦΩΣ ΑΕ", "Alpha"].map((name) => make(tenant, name))
      yield* load(tenant.rows, ...made.map(({ rows }) => rows))
      const found = (search: string) =>
        Effect.map(pages(tenant.tenant, { search, pageSize: 1 }), (all) => all.flatMap(namesOf))
      for (const search of ["ΟΔΟΣ", "οδος", "οδοσ", "ΟΔΟΣΗ", "ΣΗΜ"]) {
        assert.deepEqual(yield* found(search), ["ΟΔΟΣΗΜΑ ΑΕ"], search)
      }
      assert.deepEqual(yield* found("ΌΣ"), ["οδός"])
      assert.deepEqual(yield* found("Σ ΑΕ"), ["ΦΩΣ ΑΕ"])
      assert.deepEqual(yield* found("ΟΔΟΣΑ"), [])
    })
  )

  it.effect(`gives ${many} whose names are longer than a cursor holds once each, in the order of their ids`, () =>
    Effect.gen(function* () {
      const tenant = freshTenant()
      const prefix = "Ä".repeat(sortNameLength)
      const long = Array.from({ length: 7 }, (_, index) =>
        make(tenant, `${prefix}${index % 2 === 0 ? "b" : "a"}${index}`)
      )
      const exact = make(tenant, prefix.slice(0, -1).concat("á"))
      const short = make(tenant, "Ä".repeat(20))
      const wide = make(tenant, `${"😀".repeat(sortNameLength)}z`)
      yield* load(tenant.rows, ...[...long, exact, short, wide].map(({ rows }) => rows))
      const ordered = [short.id, exact.id, ...long.map(({ id }) => id).sort(), wide.id]
      for (const pageSize of [1, 2, 3, 100]) {
        assert.deepEqual(idsOf(yield* iterated(tenant.tenant, { pageSize })), ordered)
      }
    })
  )

  it.effect(
    `gets ${many} in the order of the ids, twice where asked twice, and null for ${one} that is not there`,
    () =>
      Effect.gen(function* () {
        const tenant = freshTenant()
        const made = ["One", "Two", "Three"].map((name) => make(tenant, name))
        yield* load(tenant.rows, ...made.map(({ rows }) => rows))
        const [one, two, three] = made.map(({ id }) => id) as [string, string, string]
        const asked = [three, freshId(), one, three, two]
        const found = yield* getMany(tenant.tenant, asked)
        assert.deepEqual(idsOf(found), [three, null, one, three, two])
        const whole = new Map((yield* page(tenant.tenant)).items.map((item) => [item[resource.id], item]))
        assert.deepEqual(
          found,
          asked.map((id) => whole.get(id) ?? null)
        )
        const hundred = Array.from({ length: 99 }, freshId)
        assert.deepEqual(idsOf(yield* getMany(tenant.tenant, [...hundred, two])).at(-1), two)
      })
  )

  if (ofClient === undefined) return

  it.effect(`pages the ${many} of one client and no other, also in the count`, () =>
    Effect.gen(function* () {
      const tenant = freshTenant()
      const { client, other, own } = ofClient(tenant)
      yield* load(tenant.rows, own.rows, other.rows)
      const onlyClient = ClientId.make(client)
      const only = yield* page(tenant.tenant, { onlyClient, withTotal: true, pageSize: 1 })
      assert.deepEqual([idsOf(only.items), only.totalCount, only.next], [[own.id], 1, null])
      assert.deepEqual(idsOf((yield* page(tenant.tenant, { onlyClient, search: other.id })).items), [])
    })
  )
}
