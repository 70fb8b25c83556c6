import { layerMemoryData } from "@alga-psa/ext-adapters-memory/contract/ContractData"
import { layer as layerMemory, layerOtherPorts } from "@alga-psa/ext-adapters-memory/MemoryPorts"
import {
  ClientReader,
  HttpFetch,
  Invoicing,
  layerGuardedPorts,
  layerGuardedReads,
  noInvoice,
  notChanged,
  notCreated,
  notDeleted,
  Scheduler,
  Secrets,
  ServiceReader,
  Storage,
  UiProxy,
  type UsedRights
} from "@alga-psa/ext-domain"
import { assert, describe, it, layer } from "@effect/vitest"
import { type Context, Effect, Layer } from "effect"
import { error, type HostReply, ok } from "../src/HostCall.ts"
import { layerHostImports } from "../src/index.ts"
import { type InterfaceName, interfaceCapabilities } from "../src/KnownWorld.ts"
import { worldFunctions } from "./leaks/worldFunctions.ts"
import { allowed, type Call, deniedFor, gaps, type Reason } from "./support/Denials.ts"

const asked = { calls: 0 }

/** The port, with its calls counted. */
const counted = <Id, Port extends object>(port: Context.Key<Id, Port>) =>
  Layer.effect(
    port,
    Effect.map(
      port,
      (service) =>
        new Proxy(service, {
          get: (target, name) => {
            const member: unknown = Reflect.get(target, name)
            if (typeof member === "function") {
              return (...args: ReadonlyArray<unknown>) => {
                asked.calls += 1
                return member.apply(target, args)
              }
            }
            return Effect.andThen(
              Effect.sync(() => {
                asked.calls += 1
              }),
              member as Effect.Effect<unknown>
            )
          }
        })
    )
  )

const data = Layer.provideMerge(layerMemoryData, layerMemory())
const ports = Layer.provideMerge(layerOtherPorts, data)
const countedPorts = Layer.mergeAll(
  counted(ClientReader),
  counted(ServiceReader),
  counted(Secrets),
  counted(HttpFetch),
  counted(Storage),
  counted(UiProxy),
  counted(Scheduler),
  counted(Invoicing)
).pipe(Layer.provideMerge(ports))
const guarded = Layer.merge(layerGuardedPorts, layerGuardedReads).pipe(
  Layer.provide(layerGuardedReads),
  Layer.provideMerge(layerGuardedReads),
  Layer.provideMerge(countedPorts)
)
const imports = Layer.provideMerge(layerHostImports, guarded)

const cases: Array<readonly [name: string, reason: Reason]> = []
const used = new Map<string, UsedRights>()

/** Denies a call for each of the reasons, and allows it where none is there. */
const denies = (call: Call, ...reasons: ReadonlyArray<Reason>): void => {
  layer(imports)(call.name, (it) => {
    it.effect("is answered through its port where nothing denies it", () =>
      Effect.gen(function* () {
        asked.calls = 0
        const found = yield* allowed(call)
        used.set(call.name, found.used)
        assert.strictEqual(asked.calls, 1)
        assert.notDeepEqual(found.reply, call.denied)
      })
    )

    for (const reason of reasons) {
      cases.push([call.name, reason])
      it.effect(`is denied, and asks no port, for this reason: ${reason}`, () =>
        Effect.gen(function* () {
          asked.calls = 0
          assert.deepEqual(yield* deniedFor(reason, call), call.denied)
          assert.strictEqual(asked.calls, 0)
        })
      )
    }
  })
}

const read = (name: string, ...args: ReadonlyArray<unknown>) =>
  denies({ name, args, denied: error("not-allowed") }, "no capability", "other tenant", "no permission", "no user")

const port = (name: string, denied: HostReply, ...args: ReadonlyArray<unknown>) =>
  denies({ name, args, denied }, "no capability", "other tenant")

const id = "c0000000-0001-4000-8000-000000000001"
const request = { method: "GET", url: "https://service.example/", headers: [], body: null }
const entry = { namespace: "space", key: "key", value: Uint8Array.of(1), revision: null }

read("clients.list-clients", {})
read("clients.get-client", id)
read("services.list-services", {})
read("services.get-service", id)
read("clients-v2.list-clients", {})
read("clients-v2.get-clients", [id])
read("services-v2.list-services", {})
read("services-v2.get-services", [id])
port("secrets.get", error("denied"), "key")
port("secrets.list-keys", ok([]))
port("http.fetch", error("not-allowed"), { ...request, url: "not a url" })
port("storage.get", error("denied"), "space", "key")
port("storage.put", error("denied"), entry)
port("storage.delete", error("denied"), "space", "key")
port("storage.list-entries", error("denied"), "space", null)
port("ui-proxy.call-route", error("denied"), "/route", null)
port("scheduler.list-schedules", error("denied"))
port("scheduler.get-schedule", error("denied"), "id")
port("scheduler.create-schedule", ok(notCreated("denied")), { endpoint: "/path", cron: "0 2 * * *" })
port("scheduler.update-schedule", ok(notChanged("denied")), "id", {})
port("scheduler.delete-schedule", ok(notDeleted("denied")), "id")
port("scheduler.get-endpoints", error("denied"))
port("invoicing.create-manual-invoice", ok(noInvoice("denied")), { clientId: id, items: [] })

/** What every install may call, whatever it was granted: its own context, its own log, and who it runs for. */
const exempt: Array<string> = []

const always = (name: string, ...args: ReadonlyArray<unknown>): void => {
  exempt.push(name)
  layer(imports)(name, (it) => {
    it.effect("is answered without any capability", () =>
      Effect.gen(function* () {
        const call = { name, args, denied: error("not-allowed") }
        const found = yield* allowed(call)
        used.set(name, found.used)
        assert.strictEqual(found.reply.type, "ok")
        assert.strictEqual((yield* deniedFor("no capability", call)).type, "ok")
      })
    )
  })
}

always("context.get-context")
always("logging.log-info", "a line")
always("logging.log-warn", "a line")
always("logging.log-error", "a line")
always("user.get-user")
always("user-v2.get-user")

describe("The world", () => {
  const functions = Effect.map(
    Effect.promise(() => worldFunctions()),
    (all) => all.map(({ name }) => name)
  )

  it.effect("has no function without a denial for each reason that applies, and no exemption that does not", () =>
    Effect.gen(function* () {
      const names = yield* functions
      assert.isAbove(names.length, 20)
      assert.deepEqual(gaps({ functions: names, used, cases, exempt }), [])
    })
  )

  it("has no function that is allowed by another capability than its interface's", () => {
    for (const [name, { capabilities }] of used) {
      const [from = ""] = name.split(".")
      const wanted = exempt.includes(name) ? [] : [interfaceCapabilities[from as InterfaceName]]
      assert.deepEqual(capabilities, wanted, name)
    }
  })

  it.effect("would be found lacking without any one of these cases", () =>
    Effect.gen(function* () {
      const names = yield* functions
      for (const one of cases) {
        const rest = cases.filter((other) => other !== one)
        const [name, reason] = one
        const found = gaps({ functions: names, used, cases: rest, exempt })
        assert.deepEqual(found, [`${name} has no case for: ${reason}`])
      }
      const added = [...names, "made-up.function"]
      assert.deepEqual(gaps({ functions: added, used, cases, exempt }), ["made-up.function has no case"])
    })
  )

  it.effect("would be found lacking with an exemption that is stale, or without one that is needed", () =>
    Effect.gen(function* () {
      const names = yield* functions
      const found = (exempted: ReadonlyArray<string>) => gaps({ functions: names, used, cases, exempt: exempted })
      assert.deepEqual(found([...exempt, "gone.function"]), ["gone.function is not in the world"])
      assert.deepEqual(found([...exempt, "storage.get"]), ["storage.get is exempt, but has a denial"])
      const unshown = { functions: ["made-up.function"], used: new Map(), cases: [], exempt: ["made-up.function"] }
      assert.deepEqual(gaps(unshown), ["made-up.function is exempt, and no call shows that it is denied to nobody"])
      assert.deepEqual(found(exempt.slice(1)), [`${exempt[0]} is denied to nobody, and not exempt`])
    })
  )
})
