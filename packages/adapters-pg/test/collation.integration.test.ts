import { freshTenant } from "@alga-psa/ext-adapters-memory/contract/FreshTenant"
import { mergeDatasets } from "@alga-psa/ext-adapters-memory/Dataset"
import { ClientReader } from "@alga-psa/ext-domain/ClientReader"
import { ServiceReader } from "@alga-psa/ext-domain/ServiceReader"
import { PgClient } from "@effect/sql-pg"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { createTables, load } from "../src/Fixture.ts"
import { layer as layerPorts } from "../src/PgPorts.ts"
import { testDatabaseWith } from "../testing/TestDatabase.ts"

const linguistic = Layer.unwrap(
  Effect.map(testDatabaseWith("LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LC_COLLATE 'C' LC_CTYPE 'C'"), (url) =>
    layerPorts.pipe(
      Layer.provideMerge(Layer.effectDiscard(createTables)),
      Layer.provideMerge(PgClient.layer({ url, maxConnections: 2 }))
    )
  )
)

layer(linguistic)("A database that sorts as a dictionary does", (it) => {
  it.effect("does so", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const rows = yield* sql<{
        readonly x: string
      }>`SELECT x FROM (VALUES ('_'), ('z'), ('é'), ('a')) AS t(x) ORDER BY x`
      assert.deepEqual(
        rows.map((row) => row.x),
        ["_", "a", "é", "z"]
      )
    })
  )

  it.effect("is still read in the order of code points", () =>
    Effect.gen(function* () {
      const own = freshTenant()
      const names = ["z", "é", "B", "_", "a b", "ab", "Ä", "-"]
      const ordered = ["-", "_", "a b", "ab", "B", "z", "Ä", "é"]
      const tagged = own.client("tagged")
      const tag_definitions = names.map((tag_text, index) => ({
        tenant: own.tenant,
        tag_id: `${index}0000000-0000-4000-8000-000000000000`,
        tag_text,
        tagged_type: "client"
      }))
      yield* load({
        ...mergeDatasets(own.rows),
        clients: [...names.map((name) => own.client(name)), tagged],
        service_catalog: names.map((name) => own.service(name)),
        tag_definitions,
        tag_mappings: tag_definitions.map(({ tenant, tag_id }) => ({
          tenant,
          mapping_id: tag_id,
          tag_id,
          tagged_id: tagged.client_id,
          tagged_type: "client"
        }))
      })
      const page = { search: null, page: 1, pageSize: 100 }
      const clients = yield* ClientReader
      const services = yield* ServiceReader
      const listed = yield* clients.list(own.tenant, { ...page, includeInactive: false, onlyClient: null })
      assert.deepEqual(
        listed.items.map((item) => item.clientName).filter((name) => name !== "tagged"),
        ordered
      )
      const catalog = yield* services.list(own.tenant, { ...page, itemKind: null, isActive: null, billingMethod: null })
      assert.deepEqual(
        catalog.items.map((item) => item.serviceName),
        ordered
      )
    })
  )

  it.effect("finds every part of a name, though it writes the small sigma at the end of a word as another letter", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const [lower] = yield* sql<{ readonly text: string }>`SELECT lower('ΟΔΟΣ') AS text`
      assert.strictEqual(lower?.text, "οδος")
      const own = freshTenant()
      const name = "ΟΔΟΣΗΜΑ ΦΩΣ ΑΕ"
      yield* load({ ...mergeDatasets(own.rows), clients: [own.client(name)], service_catalog: [own.service(name)] })
      const clients = yield* ClientReader
      const services = yield* ServiceReader
      for (let start = 0; start < name.length; start++) {
        for (let end = start + 1; end <= name.length; end++) {
          const search = name.slice(start, end).trim()
          if (search === "") continue
          const page = { search, page: 1, pageSize: 100 }
          const listed = yield* clients.list(own.tenant, { ...page, includeInactive: false, onlyClient: null })
          const catalog = yield* services.list(own.tenant, {
            ...page,
            itemKind: null,
            isActive: null,
            billingMethod: null
          })
          assert.deepEqual([listed.totalCount, catalog.totalCount], [1, 1], search)
        }
      }
    })
  )
})
