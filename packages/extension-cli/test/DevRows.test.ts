import { ids, layerStore, MemoryStore } from "@alga-psa/ext-adapters-memory"
import { assert, describe, it } from "@effect/vitest"
import { Context, Deferred, Effect, Fiber, Layer } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { datasetOf, sizedData } from "../src/dev/DevData.ts"
import { makeDevRows, rowsOfPage } from "../src/dev/DevRows.ts"

const rowsOver = Effect.fnUntraced(function* (size: number) {
  const rows = datasetOf(sizedData(size))
  const context = yield* Layer.build(layerStore(rows))
  return { rows, records: makeDevRows(Context.get(context, MemoryStore)) }
})

/** What is refused asks no database. */
const refused = Effect.provideService(SqlClient, {} as never)

describe("the records that the panel changes", () => {
  it.effect("are listed a page at a time, by name, as an extension reads them", () =>
    Effect.gen(function* () {
      const { records } = yield* rowsOver(50)
      const first = records.list("clients", "", 1)
      assert.deepStrictEqual([first.total, first.rows.length, first.changed], [50, rowsOfPage, false])
      assert.lengthOf(records.list("clients", "", 3).rows, 50 - 2 * rowsOfPage)
      const names = first.rows.map(({ fields }) => String(fields["clientName"]).toLowerCase())
      assert.deepStrictEqual(names, [...names].sort())
      const found = records.list("services", " BACKUP ", 1)
      assert.isTrue(found.rows.every(({ fields }) => /Backup/.test(String(fields["serviceName"]))))
      assert.deepStrictEqual(Object.keys(found.rows[0]?.fields ?? {}), [
        ...["serviceName", "description", "itemKind", "billingMethod"],
        ...["defaultRate", "unitOfMeasure", "isActive", "sku"]
      ])
    })
  )

  it.effect("are refused by the rule that they break, and are then as they were", () =>
    Effect.gen(function* () {
      const { records } = yield* rowsOver(3)
      const before = records.now()
      const said = (kind: "clients" | "services", fields: object, id: string | null = null) =>
        Effect.map(refused(records.save(kind, id, fields)), ({ error }) => error)
      assert.match((yield* said("clients", {})) ?? "", /^clientName: /)
      assert.match((yield* said("clients", { clientName: "" })) ?? "", /^clientName: must be 1 to 255 characters$/)
      assert.match((yield* said("clients", { clientName: "A", clientId: "B" })) ?? "", /^clientId: /)
      for (const clientName of ["a\0", "a\ud800"]) {
        assert.match((yield* said("clients", { clientName })) ?? "", /^clientName: must have no NUL and no half/)
      }
      assert.match(
        (yield* said("services", { serviceName: "A", defaultRate: 2 ** 60 })) ?? "",
        /^defaultRate: must be a whole/
      )
      assert.match(
        (yield* said("services", { serviceName: "A", defaultRate: 1.5 })) ?? "",
        /^defaultRate: must be a whole/
      )
      assert.match(
        (yield* said("services", { serviceName: "A", itemKind: "both" })) ?? "",
        /^itemKind: must be service or/
      )
      assert.strictEqual(records.now(), before)
    })
  )

  it.effect("are refused where another of the tenant has what the tables hold once", () =>
    Effect.gen(function* () {
      const sku = (serviceName: string, itemKind: "product" | "service") => ({ serviceName, itemKind, sku: "1" })
      const data = {
        clients: [{ clientName: "A" }, { clientName: "B" }],
        services: [sku("A", "product"), sku("B", "service")]
      }
      const context = yield* Layer.build(layerStore(datasetOf(data)))
      const records = makeDevRows(Context.get(context, MemoryStore))
      const saved = (kind: "clients" | "services", fields: object, id: string | null = null) =>
        Effect.map(refused(records.save(kind, id, fields)), ({ error }) => error)
      const [, second] = records.list("clients", "", 1).rows
      const taken = "clientName: another of the clients has it"
      assert.strictEqual(yield* saved("clients", { clientName: "A" }), taken)
      assert.strictEqual(yield* saved("clients", { clientName: "A" }, second?.id), taken)
      const [, service] = records.list("services", "", 1).rows
      const same = "sku: another of the services has it"
      assert.strictEqual(yield* saved("services", sku("C", "product")), same)
      assert.strictEqual(yield* saved("services", sku("B", "product"), service?.id), same)
      assert.isFalse(records.list("clients", "", 1).changed)
    })
  )

  it.effect("are the tenant's own, and no more than a file of data may hold", () =>
    Effect.gen(function* () {
      const { records, rows } = yield* rowsOver(50_000)
      const before = records.now()
      const other = rows.clients.find(({ tenant }) => tenant !== ids.tenants.acme)
      const name = { clientName: "Taken" }
      assert.strictEqual(
        (yield* refused(records.save("clients", other?.client_id ?? "", name))).error,
        "it is not there any more"
      )
      assert.strictEqual(
        (yield* refused(records.save("clients", null, name))).error,
        "there are 50000: no more can be added"
      )
      assert.isFalse(records.list("clients", "", 1).rows.some(({ id }) => id === other?.client_id))
      assert.strictEqual(records.now(), before)
    })
  )

  it.effect("are all what they were after a reset, also those whose change was under way when it was asked for", () =>
    Effect.gen(function* () {
      const { records } = yield* rowsOver(3)
      const written = yield* Deferred.make<void>()
      const sqlThat = (statement: Effect.Effect<void>) =>
        Effect.provideService(SqlClient, Object.assign(() => statement, { csv: () => statement }) as never)
      const saving = sqlThat(Deferred.await(written))(records.save("clients", null, { clientName: "Late" }))
      const saved = yield* Effect.forkChild(saving, { startImmediately: true })
      const reset = yield* Effect.forkChild(sqlThat(Effect.void)(records.reset), { startImmediately: true })
      yield* Deferred.succeed(written, undefined)
      yield* Effect.all([Fiber.join(saved), Fiber.join(reset)])
      const { changed, total } = records.list("clients", "", 1)
      assert.deepStrictEqual({ changed, total }, { changed: false, total: 3 })
    })
  )
})
