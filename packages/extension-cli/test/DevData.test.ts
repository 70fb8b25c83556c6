import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { ids } from "@alga-psa/ext-adapters-memory"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { afterAll, beforeAll } from "vitest"
import { datasetOf, readDataFile, sizedData } from "../src/dev/DevData.ts"

let folder = ""
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "alga-data-"))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const anothers = datasetOf({}).clients.find(({ tenant }) => tenant !== ids.tenants.acme)
const id = "f0000000-0009-4000-8000-00000000000a"

const read = (text: string) =>
  Effect.andThen(
    Effect.promise(() => writeFile(join(folder, "data.json"), text)),
    readDataFile(join(folder, "data.json"))
  )

const acme = <Row extends { readonly tenant: string }>(rows: ReadonlyArray<Row>) =>
  rows.filter(({ tenant }) => tenant === ids.tenants.acme)

describe("data of an author's own", () => {
  it.effect("takes the place of the seed's clients, and leaves what it does not name and other tenants alone", () =>
    Effect.gen(function* () {
      const file = yield* read(
        '{"clients":[{"clientName":"Mine","tags":["vip","vip"]},{"clientName":"Other","isInactive":true}]}'
      )
      const [rows, before] = [datasetOf(file), datasetOf({})]
      assert.deepStrictEqual(
        acme(rows.clients).map((row) => [row.client_name, row.is_inactive]),
        [
          ["Mine", false],
          ["Other", true]
        ]
      )
      assert.lengthOf(acme(rows.tag_mappings), 1)
      assert.deepStrictEqual(rows.service_catalog, before.service_catalog)
      assert.deepStrictEqual(
        rows.clients.filter(({ tenant }) => tenant !== ids.tenants.acme),
        before.clients.filter(({ tenant }) => tenant !== ids.tenants.acme)
      )
      const [first] = acme(rows.clients)
      assert.deepStrictEqual(
        new Set(
          acme(rows.contacts)
            .map(({ client_id }) => client_id)
            .filter((id) => id !== null)
        ),
        new Set([first?.client_id])
      )
    })
  )

  it.effect("may be empty, and as large as it is asked for, the same every time", () =>
    Effect.sync(() => {
      const none = datasetOf(sizedData(0))
      assert.deepStrictEqual([acme(none.clients), acme(none.service_catalog)], [[], []])
      assert.lengthOf(acme(datasetOf(sizedData(20_000)).clients), 20_000)
      assert.deepStrictEqual(sizedData(50), sizedData(50))
    })
  )

  for (const [text, why] of [
    ["{", "is not JSON"],
    ['{"clients":[{"clientName":"a"},{"clientName":5}]}', "clients[1].clientName: must be text"],
    ['{"clients":[{"clientName":"a","clientId":"1"}]}', "clients[0].clientId: must be a UUID"],
    [
      '{"services":[{"serviceName":"a","billingMethod":"daily"}]}',
      "services[0].billingMethod: must be fixed or hourly or usage"
    ],
    ['{"client":[]}', "client: "],
    [
      '{"clients":[{"clientName":"a"},{"clientName":"A"},{"clientName":"a"}]}',
      "clients[2].clientName: must not be that of clients[0]"
    ],
    [
      `{"clients":[{"clientName":"a","clientId":"${id}"},{"clientName":"b","clientId":"${id.toUpperCase()}"}]}`,
      "clients[1].clientId: must not be that of clients[0]"
    ],
    [
      `{"clients":[{"clientName":"a"},{"clientName":"b","clientId":"${anothers?.client_id}"}]}`,
      "clients[1].clientId: must not be that of another tenant's client"
    ],
    [
      `{"services":[{"serviceName":"a","serviceId":"${id}"},{"serviceName":"a","serviceId":"${id}"}]}`,
      "services[1].serviceId: must not be that of services[0]"
    ],
    [
      '{"services":[{"serviceName":"a","sku":"1"},{"serviceName":"a","sku":"1","itemKind":"product"},{"serviceName":"b","sku":"1","itemKind":"product"}]}',
      "services[2].sku: must not be that of services[1]"
    ]
  ] as const) {
    it.effect(`says where it is wrong: ${why}`, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(read(text))
        assert.include(error.message, `--data ${join(folder, "data.json")} ${why}`)
      })
    )
  }

  it.effect("says where there is no file", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* Effect.flip(readDataFile("/none.json"))).message, "--data /none.json is not there")
    })
  )
})
