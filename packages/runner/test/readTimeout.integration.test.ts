import * as Fixture from "@alga-psa/ext-adapters-pg/Fixture"
import { layerServer } from "@alga-psa/ext-adapters-pg/PgServer"
import { holdClients } from "@alga-psa/ext-adapters-pg/testing/HeldClients"
import { testDatabase } from "@alga-psa/ext-adapters-pg/testing/TestDatabase"
import { ClientReader, TenantId } from "@alga-psa/ext-domain"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber, Layer, Redacted } from "effect"
import { TestClock } from "effect/testing"
import type { Settings } from "../src/Settings.ts"
import { layerPorts } from "../src/SettingsLayers.ts"
import { settingsReport } from "../src/SettingsSource.ts"
import { heldReads } from "../testing/HeldReads.ts"

const tenant = TenantId.make("00000000-0000-4000-8000-000000000000")
const query = { search: null, includeInactive: true, onlyClient: null, page: 1, pageSize: 25 }

/** How a read ends whose statement is held up for so long, where this is set. The server itself ends none. */
const heldFor = Effect.fnUntraced(function* (held: Duration.Input, set: Readonly<Record<string, string>>) {
  const url = yield* testDatabase
  const client = PgClient.layer({ url, maxConnections: 2 })
  yield* Effect.provide(Fixture.createTables, client)
  const { values } = settingsReport({ DATABASE_URL: Redacted.value(url), ...set }, {})
  const server = layerServer({ url, statementTimeout: Duration.hours(1), connectTimeout: Duration.minutes(10) })
  const ports = Layer.provide(layerPorts(values as Settings), server)
  const release = yield* holdClients(client)
  const read = Effect.flatMap(ClientReader, (clients) => clients.list(tenant, query)).pipe(
    Effect.match({ onFailure: ({ reason }) => reason, onSuccess: () => "answered" }),
    Effect.provide(ports)
  )
  const reading = yield* Effect.forkChild(read)
  yield* TestClock.withLive(heldReads(Redacted.value(url)).waiting(1))
  yield* TestClock.adjust(held)
  yield* release
  return yield* Fiber.join(reading)
})

describe("a read of a runner", () => {
  it.effect(
    "waits as long as DATABASE_STATEMENT_TIMEOUT lets the server work, and ten seconds where that is less",
    () =>
      Effect.gen(function* () {
        assert.strictEqual(yield* heldFor("19 seconds", { DATABASE_STATEMENT_TIMEOUT: "15 seconds" }), "answered")
        assert.strictEqual(yield* heldFor("20 seconds", { DATABASE_STATEMENT_TIMEOUT: "15 seconds" }), "timeout")
        assert.strictEqual(yield* heldFor("9 seconds", { DATABASE_STATEMENT_TIMEOUT: "1 second" }), "answered")
      })
  )

  it.effect("waits no longer than an execution may take", () =>
    Effect.gen(function* () {
      const set = { DATABASE_STATEMENT_TIMEOUT: "1 hour", ALGA_EXTENSION_RUNNER_LIMIT_TIMEOUT_MS: "30000" }
      assert.strictEqual(yield* heldFor("29 seconds", set), "answered")
      assert.strictEqual(yield* heldFor("30 seconds", set), "timeout")
    })
  )
})
