import { ClientReader, type ClientsPageQuery, type ClientsQuery, clients } from "@alga-psa/ext-domain/Clients"
import { ClientId, type TenantId } from "@alga-psa/ext-domain/Identifiers"
import { cursorOf } from "@alga-psa/ext-domain/PageCursor"
import { assert, layer } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import type { ClientRow } from "../Dataset.ts"
import { type ContractData, load } from "./ContractData.ts"
import { type CursorResource, cursorReaderContract } from "./CursorReaderContract.ts"
import { freshId, freshTenant } from "./FreshTenant.ts"
import { type MadeRecord, pagedReaderContract } from "./PagedReaderContract.ts"

const everything: ClientsQuery = { search: null, includeInactive: true, onlyClient: null, page: 1, pageSize: 100 }

const everyPage: ClientsPageQuery = {
  search: null,
  includeInactive: true,
  onlyClient: null,
  tags: null,
  pageSize: 100,
  after: null,
  withTotal: false
}

const list = (tenant: TenantId, query: Partial<ClientsQuery> = {}) =>
  Effect.flatMap(ClientReader, (reader) => reader.list(tenant, { ...everything, ...query }))

const names = (tenant: TenantId, query: Partial<ClientsQuery> = {}) =>
  Effect.map(list(tenant, query), (page) => page.items.map((client) => client.clientName))

const page = (tenant: TenantId, query: Partial<ClientsPageQuery> = {}) =>
  Effect.flatMap(ClientReader, (reader) => reader.page(tenant, { ...everyPage, ...query }))

const getMany = (tenant: TenantId, ...ids: ReadonlyArray<string>) =>
  Effect.flatMap(ClientReader, (reader) =>
    reader.getMany(
      tenant,
      ids.map((id) => ClientId.make(id))
    )
  )

const get = (tenant: TenantId, id: string) =>
  Effect.flatMap(ClientReader, (reader) => reader.get(tenant, ClientId.make(id)))

/** Every guarantee of {@link ClientReader}, one case each. */
export const clientReaderContract = <E>(name: string, adapter: Layer.Layer<ClientReader | ContractData, E>): void =>
  layer(adapter)(`ClientReader contract: ${name}`, (it) => {
    const shared: Omit<CursorResource, "everything"> = {
      one: "a client",
      many: "clients",
      make: (tenant, name, id = freshId()) => ({ id, rows: { clients: [tenant.client(name, { client_id: id })] } }),
      ofClient: (tenant) => {
        const made = (name: string): MadeRecord => {
          const row = tenant.client(name)
          return { id: row.client_id, rows: { clients: [row] } }
        }
        const own = made("Own")
        return { client: own.id, own, other: made("Other") }
      }
    }
    pagedReaderContract(it, clients, { ...shared, everything })
    cursorReaderContract(it, clients, { ...shared, everything: everyPage })

    it.effect("gives every field of a client, in the list and alone", () =>
      Effect.gen(function* () {
        const { tenant, rows, client, user } = freshTenant()
        const manager = user({ first_name: "Maya", last_name: "Okafor" })
        const full = client("Evergreen", {
          client_type: "individual",
          is_inactive: true,
          default_currency_code: "EUR",
          account_manager_id: manager.user_id,
          billing_email: "Accounts@Evergreen.example"
        })
        yield* load(rows, { users: [manager], clients: [full] })
        const summary = {
          clientId: full.client_id,
          clientName: "Evergreen",
          clientType: "individual",
          isInactive: true,
          defaultCurrencyCode: "EUR",
          accountManagerId: manager.user_id,
          accountManagerName: "Maya Okafor",
          billingEmail: "Accounts@Evergreen.example"
        }
        assert.deepEqual(yield* get(tenant, full.client_id), summary as never)
        assert.deepEqual((yield* list(tenant)).items, [summary] as never)
      })
    )

    it.effect("is restricted to no client of another tenant", () =>
      Effect.gen(function* () {
        const mine = freshTenant()
        const other = freshTenant()
        const foreign = other.client("Evergreen")
        yield* load(mine.rows, other.rows, { clients: [mine.client("Evergreen"), foreign] })
        assert.deepEqual(yield* names(mine.tenant, { onlyClient: ClientId.make(foreign.client_id) }), [])
      })
    )

    it.effect("pages by every size as the whole list goes, also where names differ in case alone", () =>
      Effect.gen(function* () {
        const { tenant, rows, client } = freshTenant()
        const spellings = ["same", "Same", "sAme", "saMe", "samE", "SAme", "sAMe", "saME"]
        yield* load(rows, { clients: ["Alone", ...spellings, "zone", "Same too", "Last"].map((name) => client(name)) })
        for (const search of [null, "a"]) {
          const { items, totalCount } = yield* list(tenant, { search })
          for (const pageSize of [1, 2, 3, 4, 5, 6, 8]) {
            const numbers = Array.from({ length: Math.ceil(totalCount / pageSize) }, (_, i) => i + 1)
            const pages = yield* Effect.forEach(numbers, (page) => list(tenant, { search, page, pageSize }))
            assert.deepEqual(
              pages.flatMap((page) => page.items),
              items
            )
            assert.deepEqual(new Set(pages.map((page) => page.totalCount)), new Set([totalCount]))
          }
        }
      })
    )

    it.effect("finds a part of the name or of the billing email without regard to case", () =>
      Effect.gen(function* () {
        const { tenant, rows, client } = freshTenant()
        yield* load(rows, {
          clients: [
            client("Evergreen Dental"),
            client("Harbor", { billing_email: "AP@evergreen.example" }),
            client("Élan"),
            client("Summit", { lifecycle_status: "former", client_type: "individual" })
          ]
        })
        assert.deepEqual(yield* names(tenant, { search: "EVERgreen" }), ["Evergreen Dental", "Harbor"])
        assert.deepEqual(yield* names(tenant, { search: "ap@" }), ["Harbor"])
        assert.deepEqual(yield* names(tenant, { search: "éLAN" }), ["Élan"])
        assert.deepEqual(yield* names(tenant, { search: "individual" }), [])
        assert.deepEqual(yield* names(tenant, { search: "green harbor" }), [])
      })
    )

    it.effect("counts a client whose is_inactive is NULL as active", () =>
      Effect.gen(function* () {
        const { tenant, rows, client } = freshTenant()
        const unknown = client("Unknown", { is_inactive: null })
        const clients = [unknown, client("Active"), client("Gone", { is_inactive: true })]
        yield* load(rows, { clients })
        assert.deepEqual(yield* names(tenant, { includeInactive: false }), ["Active", "Unknown"])
        assert.strictEqual((yield* list(tenant, { includeInactive: false })).totalCount, 2)
        assert.deepEqual(yield* names(tenant, { includeInactive: true }), ["Active", "Gone", "Unknown"])
        assert.isFalse((yield* get(tenant, unknown.client_id))?.isInactive)
      })
    )

    it.effect("counts what matches and no more, where the page is full and on those behind it", () =>
      Effect.gen(function* () {
        const { tenant, rows, client } = freshTenant()
        const own = client("Active 1")
        const clients = [own, client("Active 2"), client("Gone", { is_inactive: true })]
        yield* load(rows, { clients })
        for (const page of [1, 2]) {
          const active = yield* list(tenant, { includeInactive: false, page, pageSize: 1 })
          assert.strictEqual(active.totalCount, 2)
          const only = yield* list(tenant, { onlyClient: ClientId.make(own.client_id), page, pageSize: 1 })
          assert.strictEqual(only.totalCount, 1)
        }
      })
    )

    it.effect("gets an inactive client", () =>
      Effect.gen(function* () {
        const { tenant, rows, client } = freshTenant()
        const gone = client("Gone", { is_inactive: true })
        yield* load(rows, { clients: [gone] })
        assert.isTrue((yield* get(tenant, gone.client_id))?.isInactive)
      })
    )

    it.effect("lists clients of every lifecycle status", () =>
      Effect.gen(function* () {
        const { tenant, rows, client } = freshTenant()
        const clients = (["active", "former", "prospect"] as const).map((lifecycle_status) =>
          client(lifecycle_status, { lifecycle_status })
        )
        yield* load(rows, { clients })
        assert.deepEqual(yield* names(tenant, { includeInactive: false }), ["active", "former", "prospect"])
      })
    )

    it.effect("lists at most the one client it is restricted to, other filters applied", () =>
      Effect.gen(function* () {
        const { tenant, rows, client } = freshTenant()
        const own = client("Evergreen", { is_inactive: true })
        yield* load(rows, { clients: [own, client("Harbor")] })
        const onlyClient = ClientId.make(own.client_id)
        const page = yield* list(tenant, { onlyClient })
        assert.deepEqual(page.items.map((item) => item.clientName) as Array<string>, ["Evergreen"])
        assert.strictEqual(page.totalCount, 1)
        assert.deepEqual(yield* names(tenant, { onlyClient, search: "harbor" }), [])
        assert.deepEqual(yield* names(tenant, { onlyClient, includeInactive: false }), [])
      })
    )

    it.effect.each([
      { first: "Maya", last: "Okafor", shown: "Maya Okafor" },
      { first: "Maya", last: null, shown: "Maya" },
      { first: null, last: "Okafor", shown: "Okafor" },
      { first: " Maya ", last: " Okafor ", shown: "Maya   Okafor" },
      { first: " ", last: "", shown: null },
      { first: null, last: null, shown: null }
    ])("shows a manager named [$first, $last] as $shown", ({ first, last, shown }) =>
      Effect.gen(function* () {
        const { tenant, rows, client, user } = freshTenant()
        const manager = user({ first_name: first, last_name: last })
        const managed = client("Managed", { account_manager_id: manager.user_id })
        yield* load(rows, { users: [manager], clients: [managed] })
        const found = yield* get(tenant, managed.client_id)
        assert.deepEqual([found?.accountManagerId, found?.accountManagerName], [manager.user_id, shown])
      })
    )

    it.effect("names the client's own manager, whatever other users there are", () =>
      Effect.gen(function* () {
        const { tenant, rows, client, user } = freshTenant()
        const users = ["Ada", "Bo", "Cy"].map((first_name) => user({ first_name, last_name: null }))
        const clients = users.map(({ first_name, user_id }) =>
          client(`Client of ${first_name}`, { account_manager_id: user_id })
        )
        yield* load(rows, { users, clients })
        const managers = (yield* list(tenant)).items.map((item) => item.accountManagerName)
        assert.deepEqual(managers, ["Ada", "Bo", "Cy"])
      })
    )

    it.effect("keeps the id of a manager who is missing or of another tenant, without a name", () =>
      Effect.gen(function* () {
        const mine = freshTenant()
        const other = freshTenant()
        const stranger = other.user({ first_name: "Bo", last_name: "Aalto" })
        const missing = freshId()
        yield* load(mine.rows, other.rows, {
          users: [stranger],
          clients: [
            mine.client("A", { account_manager_id: missing }),
            mine.client("B", { account_manager_id: stranger.user_id })
          ]
        })
        const managers = (yield* list(mine.tenant)).items.map((item) => [
          item.accountManagerId,
          item.accountManagerName
        ])
        assert.deepEqual(managers, [
          [missing, null],
          [stranger.user_id, null]
        ])
      })
    )

    it.effect("keeps managers apart that two tenants have under one id", () =>
      Effect.gen(function* () {
        const mine = freshTenant()
        const other = freshTenant()
        const manager = mine.user({ first_name: "Mine" })
        const own = mine.client("Own", { account_manager_id: manager.user_id })
        yield* load(mine.rows, other.rows, {
          users: [other.user({ user_id: manager.user_id, first_name: "Theirs" }), manager],
          clients: [own]
        })
        const found = yield* get(mine.tenant, own.client_id)
        assert.strictEqual(found?.accountManagerName, "Mine")
      })
    )

    it.effect("gives every field of a client and its tags in the second edition, on a page and by its id", () =>
      Effect.gen(function* () {
        const { tenant, rows, client, user } = freshTenant()
        const manager = user({ first_name: "Maya", last_name: "Okafor" })
        const full = client("Evergreen", {
          client_type: "individual",
          is_inactive: true,
          account_manager_id: manager.user_id,
          billing_email: "Accounts@Evergreen.example"
        })
        yield* load(rows, { users: [manager], clients: [full] }, tags(full, ["vip"]))
        const first = yield* get(tenant, full.client_id)
        const whole = { ...first, tags: ["vip"] }
        assert.deepEqual((yield* page(tenant)).items, [whole] as never)
        assert.deepEqual(yield* getMany(tenant, full.client_id), [whole] as never)
        assert.notProperty(first, "tags")
        assert.notProperty((yield* list(tenant)).items[0], "tags")
      })
    )

    it.effect("leaves inactive clients out of pages unless they are asked for, and gets them", () =>
      Effect.gen(function* () {
        const { tenant, rows, client } = freshTenant()
        const gone = client("Gone", { is_inactive: true })
        yield* load(rows, { clients: [client("Active"), client("Unknown", { is_inactive: null }), gone] })
        const found = yield* page(tenant, { includeInactive: false, withTotal: true })
        assert.deepEqual(
          [found.items.map((item): string => item.clientName), found.totalCount],
          [["Active", "Unknown"], 2]
        )
        assert.isTrue((yield* getMany(tenant, gone.client_id))[0]?.isInactive)
      })
    )

    it.effect("gives the tags of type client, sorted by code point", () =>
      Effect.gen(function* () {
        const { tenant, rows, client } = freshTenant()
        const tagged = client("Tagged")
        yield* load(rows, { clients: [tagged, client("Untagged")] }, tags(tagged, ["vip", "Zone", "ärger", "beta"]), {
          ...tags(tagged, ["ticket tag"], "ticket")
        })
        const expected = ["Zone", "beta", "vip", "ärger"]
        assert.deepEqual((yield* page(tenant)).items.map((item) => item.tags) as unknown, [expected, []])
        assert.deepEqual((yield* getMany(tenant, tagged.client_id))[0]?.tags as unknown, expected)
      })
    )

    it.effect("keeps tags apart that two tenants have under one id, in a client and in a filter", () =>
      Effect.gen(function* () {
        const mine = freshTenant()
        const other = freshTenant()
        const own = mine.client("Own")
        const { tag_definitions, tag_mappings } = tags(own, ["mine"])
        const theirs = tags({ ...own, tenant: other.tenant }, ["only theirs"])
        yield* load(
          mine.rows,
          other.rows,
          {
            clients: [own],
            tag_definitions: [
              ...tag_definitions.map((tag) => ({ ...tag, tenant: other.tenant, tag_text: "theirs" })),
              ...tag_definitions
            ],
            tag_mappings
          },
          theirs
        )
        assert.deepEqual((yield* getMany(mine.tenant, own.client_id))[0]?.tags as unknown, ["mine"])
        for (const [tag, count] of [
          ["mine", 1],
          ["theirs", 0],
          ["only theirs", 0]
        ] as const) {
          assert.lengthOf((yield* page(mine.tenant, { tags: [tag] })).items, count, tag)
        }
      })
    )

    it.effect("leaves out a tag of its own that only another tenant mapped to the client's id", () =>
      Effect.gen(function* () {
        const mine = freshTenant()
        const other = freshTenant()
        const own = mine.client("Mine")
        const { tag_definitions, tag_mappings } = tags(own, ["unused"])
        const theirs = <Row extends object>(row: Row) => ({ ...row, tenant: other.tenant })
        yield* load(mine.rows, other.rows, {
          clients: [own],
          tag_definitions: [...tag_definitions, ...tag_definitions.map(theirs)],
          tag_mappings: tag_mappings.map(theirs)
        })
        assert.deepEqual((yield* getMany(mine.tenant, own.client_id))[0]?.tags, [])
        assert.deepEqual((yield* page(mine.tenant, { tags: ["unused"] })).items, [])
      })
    )

    it.effect("filters by tags: every one of them, whole, without regard to case, and of clients alone", () =>
      Effect.gen(function* () {
        const { tenant, rows, client } = freshTenant()
        const made = ["A", "B", "C"].map((name) => client(name))
        const [a, b, c] = made as [ClientRow, ClientRow, ClientRow]
        const quoted = `{"a",\\}`
        yield* load(
          rows,
          { clients: made },
          tags(a, ["VIP", "Région Sud"]),
          tags(b, ["vip ", "région", quoted]),
          tags(c, ["vip"], "ticket")
        )
        const found = (...wanted: ReadonlyArray<string>) =>
          Effect.map(page(tenant, { tags: wanted, withTotal: true }), ({ items, totalCount }) => {
            assert.strictEqual(totalCount, items.length)
            return items.map((item) => item.clientName).join("")
          })
        assert.strictEqual(yield* found("vip"), "A")
        assert.strictEqual(yield* found("Vip", "VIP", "RÉGION sud"), "A")
        assert.strictEqual(yield* found("vip", "région"), "")
        assert.strictEqual(yield* found("région"), "B")
        assert.strictEqual(yield* found(quoted.toUpperCase(), "vip "), "B")
        assert.strictEqual(yield* found("vi"), "")
        assert.strictEqual(yield* found("%"), "")
        assert.strictEqual(yield* found("NULL"), "")
      })
    )

    it.effect("filters by tags over all pages, together with the other filters", () =>
      Effect.gen(function* () {
        const { tenant, rows, client } = freshTenant()
        const made = ["Alpha 1", "Alpha 2", "Beta", "Alpha 3"].map((name) => client(name))
        const gone = client("Alpha gone", { is_inactive: true })
        const shared = tags(gone, ["vip"])
        const [definition] = shared.tag_definitions
        const tag_mappings = [...made.slice(1), gone].map((row) => ({
          tenant,
          mapping_id: freshId(),
          tag_id: definition?.tag_id ?? "",
          tagged_id: row.client_id,
          tagged_type: "client"
        }))
        yield* load(rows, { ...shared, clients: [...made, gone], tag_mappings })
        const query = { tags: ["vip"], search: "alpha", includeInactive: false, pageSize: 1 }
        const one = yield* page(tenant, query)
        const two = yield* page(tenant, { ...query, after: cursorOf(one.next ?? "") })
        assert.deepEqual(
          [one, two].map(({ items }) => items.map((item): string => item.clientName)),
          [["Alpha 2"], ["Alpha 3"]]
        )
        assert.isNull(two.next)
      })
    )
  })

const tags = (client: Pick<ClientRow, "tenant" | "client_id">, texts: ReadonlyArray<string>, type = "client") => {
  const definitions = texts.map((tag_text) => ({
    tenant: client.tenant,
    tag_id: freshId(),
    tag_text,
    tagged_type: type
  }))
  return {
    tag_definitions: definitions,
    tag_mappings: definitions.map(({ tenant, tag_id }) => ({
      tenant,
      mapping_id: freshId(),
      tag_id,
      tagged_id: client.client_id,
      tagged_type: type
    }))
  }
}
