import { readdirSync, readFileSync } from "node:fs"
import { layerMemoryData } from "@alga-psa/ext-adapters-memory/contract/ContractData"
import { scenario } from "@alga-psa/ext-adapters-memory/contract/GuardedScenario"
import { layer as layerMemory } from "@alga-psa/ext-adapters-memory/MemoryPorts"
import { layerGuardedReads } from "@alga-psa/ext-domain"
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { ComponentStore, knownInterfaces } from "../src/index.ts"
import { packageName, productInterfaces } from "../src/KnownWorld.ts"
import { type Engine, scriptGuest } from "./support/Guests.ts"
import { layerExecutions, type ProbeCall, probe } from "./support/ProbeReads.ts"

const world = new URL("../wit/", import.meta.url)
const wit = readdirSync(world)
  .map((name) => readFileSync(new URL(name, world), "utf8"))
  .join("\n")

const memory = layerMemory()
const executions = layerExecutions(layerGuardedReads).pipe(
  Layer.provideMerge(layerMemoryData),
  Layer.provideMerge(memory)
)

const withoutUser = { err: "not-available" }
const denied = { err: "denied" }
const unscheduled = { success: false, error: "denied" }
const bytes = (...values: ReadonlyArray<number>) => ({ $bytes: values })
const uninvoiced = {
  ...{ success: false, invoiceId: null, invoiceNumber: null, status: null, subtotal: null, tax: null, total: null },
  ...{ error: "denied", fieldErrors: null }
}
const schedule = { endpoint: "e", cron: "* * * * *", timezone: "UTC", enabled: true, name: null, payload: null }
const entry = { namespace: "n", key: "k", value: bytes(0, 255), revision: null }
/** The QuickJS toolchain takes a u64 as a number, StarlingMonkey's as a bigint. */
const engines: ReadonlyArray<{ readonly engine: Engine; readonly revision: unknown }> = [
  { engine: "quickjs", revision: 7 },
  { engine: "starlingmonkey", revision: { $u64: "18446744073709551615" } }
]
const wholeWorlds = [
  { engine: "quickjs", world: "host", interfaces: knownInterfaces },
  { engine: "starlingmonkey", world: "product", interfaces: productInterfaces }
] as const
const item = { serviceId: "s", quantity: 1.5, description: "d", rate: 100, isDiscount: true, discountType: "fixed" }

const call = (name: string, member: string, ...args: ReadonlyArray<unknown>): ProbeCall => ({
  interface: name,
  function: member,
  args
})

const otherCalls: ReadonlyArray<readonly [call: ProbeCall, outcome: unknown]> = [
  [call("logging", "logInfo", "ä"), { ok: null }],
  [call("logging", "logWarn", ""), { ok: null }],
  [call("logging", "logError", "x"), { ok: null }],
  [call("user", "getUser"), withoutUser],
  [call("user-v2", "getUser"), withoutUser],
  [call("secrets", "get", "k"), denied],
  [call("secrets", "listKeys"), { ok: [] }],
  [call("http", "fetch", { method: "GET", url: "u", headers: [], body: bytes(1) }), { err: "not-allowed" }],
  [call("storage", "get", "n", "k"), denied],
  [call("storage", "put", entry), denied],
  [call("storage", "delete", "n", "k"), denied],
  [call("storage", "listEntries", "n", "c"), denied],
  [call("ui-proxy", "callRoute", "/r", bytes()), denied],
  [call("scheduler", "listSchedules"), denied],
  [call("scheduler", "getSchedule", "s"), denied],
  [call("scheduler", "createSchedule", schedule), { ok: { ...unscheduled, scheduleId: null, fieldErrors: null } }],
  [call("scheduler", "updateSchedule", "s", schedule), { ok: { ...unscheduled, fieldErrors: null } }],
  [call("scheduler", "deleteSchedule", "s"), { ok: unscheduled }],
  [call("scheduler", "getEndpoints"), denied],
  [call("invoicing", "createManualInvoice", { clientId: "c", items: [item] }), { ok: uninvoiced }]
]

describe("the world", () => {
  it("has the interfaces that the host knows, and no other", () => {
    const named = Array.from(wit.matchAll(/^interface ([a-z0-9-]+) /gm), ([, name]) => name)
    assert.sameMembers(named as Array<string>, [...knownInterfaces])
  })
})

layer(executions)("a component of the world", (it) => {
  it.effect.each(engines)(
    "built with $engine gets the answer of every function outside the reads",
    ({ engine, revision }) =>
      Effect.gen(function* () {
        const { as, invocation } = yield* scenario()
        const { tenantId, extensionId, installId, versionId } = invocation()
        const context = { requestId: "r-1", tenantId, extensionId, installId, versionId }
        const calls = [call("context", "getContext"), ...otherCalls.map(([made]) => made)]
        const conditional = call("storage", "put", { ...entry, revision })
        const outcomes = yield* as(null, { requestId: "r-1" })(probe([...calls, conditional], engine))
        const expected = [{ ok: context }, ...otherCalls.map(([, outcome]) => outcome), denied]
        assert.deepEqual(outcomes, expected as typeof outcomes)
      })
  )

  it.effect.each(engines)("built with $engine gets a client, and not another tenant's", ({ engine }) =>
    Effect.gen(function* () {
      const mine = yield* scenario()
      const other = yield* scenario()
      const calls = [mine, other].map(({ client }) => call("clients", "getClient", client.client_id))
      const [own, foreign] = yield* mine.as()(probe(calls, engine))
      assert.deepInclude((own as { readonly ok: object }).ok, { clientName: "Evergreen" })
      assert.deepEqual(foreign, { ok: null })
    })
  )

  it.effect.each(wholeWorlds)(
    "that imports the whole world of the $world, built with $engine, runs once and again",
    ({ engine, interfaces }) =>
      Effect.gen(function* () {
        const { as, client } = yield* scenario()
        const bytes = yield* Effect.promise(() => scriptGuest(engine))
        const { imports } = yield* (yield* ComponentStore).accept(bytes)
        assert.sameMembers(
          imports.filter((name) => name !== `${packageName}/types`),
          interfaces.filter((name) => name !== "types").map((name) => `${packageName}/${name}`)
        )
        const calls = [call("clients", "getClient", client.client_id), call("user-v2", "getUser")]
        for (const _ of ["once", "again"]) {
          const [found, user] = yield* as()(probe(calls, engine))
          assert.deepInclude((found as { readonly ok: object }).ok, { clientName: "Evergreen" })
          assert.deepEqual(user, withoutUser)
        }
      })
  )
})
