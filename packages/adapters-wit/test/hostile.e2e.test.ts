import { layerMemoryData } from "@alga-psa/ext-adapters-memory/contract/ContractData"
import { scenario } from "@alga-psa/ext-adapters-memory/contract/GuardedScenario"
import { layer as layerMemory } from "@alga-psa/ext-adapters-memory/MemoryPorts"
import { ClientReads, layerGuardedReads, ServiceReads } from "@alga-psa/ext-domain"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { type HostCall, ok } from "../src/HostCall.ts"
import { ComponentStore, Executor, type Limits } from "../src/index.ts"
import { isLooping, pastDeadline } from "./support/Deadline.ts"
import { componentGuest, coreGuest } from "./support/Guests.ts"
import { logsOf } from "./support/Imports.ts"
import { layerExecutions, probe } from "./support/ProbeReads.ts"
import { longLimits, longMs, type RunOptions, run, sandboxOf } from "./support/Run.ts"

interface Crime {
  readonly name: string
  /** Built from the core module of that name where nothing else is said. */
  readonly guest?: () => Promise<Uint8Array>
  readonly variant?: string
  /** What the guest reads its variant from: the length of the body. */
  readonly body?: number
  readonly limits?: Partial<Limits>
  readonly host?: RunOptions<never>["host"]
  /** The clock that it runs by, where that is not the system's. */
  readonly clock?: <A, E, R>(execution: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** A status, or the tag and the reason of what ends it. */
  readonly end: string
}

const refused = (reason: string) => `ComponentRefused: ${reason}`
const failed = (reason: string) => `ExecutionFailed: ${reason}`

/** A deadline that comes before the processor limit, however long the test takes. */
const soon = { timeoutMs: 2_000, cpuMs: longMs }
const untilLooping: Crime["clock"] = (execution) => pastDeadline(execution, soon.timeoutMs, isLooping)
const untilAdjusted: Crime["clock"] = (execution) => Effect.provide(execution, TestClock.layer())
const slowly = () => Effect.as(TestClock.adjust(40), ok(null))

const twoMemories = () => componentGuest("two-memories")

const crimes: ReadonlyArray<Crime> = [
  { name: "loop-forever", limits: soon, clock: untilLooping, end: failed("timeout") },
  { name: "loop-forever-at-start", limits: soon, clock: untilLooping, end: failed("timeout") },
  { name: "grow-memory", body: 60_000, end: failed("memory-limit") },
  { name: "grow-table", variant: "within", body: 50, end: "200" },
  { name: "grow-table", variant: "beyond", body: 5_000, end: failed("trap") },
  { name: "deep-recursion", end: failed("too-deep") },
  { name: "trap", end: failed("trap") },
  { name: "huge-string", variant: "in a host call", body: 1, end: failed("trap") },
  { name: "huge-string", variant: "as the body, which ends with its memory", body: 2, end: "200" },
  { name: "huge-string", variant: "as the number of headers", body: 3, end: failed("trap") },
  { name: "huge-string", variant: "as the name of a header", body: 4, end: failed("trap") },
  { name: "huge-string", variant: "as the place of the response", body: 5, end: failed("trap") },
  { name: "reenter", variant: "through its own export", guest: () => componentGuest("reenter"), end: failed("trap") },
  { name: "reenter", variant: "while it is given the request", end: "200" },
  { name: "caught-host-call", variant: "of one with too little stack", body: 2, end: failed("too-deep") },
  { name: "two-memories", variant: "in one module", end: refused("not-a-component") },
  { name: "two-memories", variant: "within", guest: twoMemories, body: 14, limits: { memoryMb: 2 }, end: "200" },
  {
    name: "two-memories",
    variant: "beyond",
    guest: twoMemories,
    body: 16,
    limits: { memoryMb: 2 },
    end: failed("memory-limit")
  },
  {
    name: "many-instances",
    variant: "as many as its memory limit holds",
    guest: () => componentGuest("many-instances", 3),
    limits: { memoryMb: 4 },
    end: "200"
  },
  {
    name: "many-instances",
    variant: "one more",
    guest: () => componentGuest("many-instances", 4),
    limits: { memoryMb: 4 },
    end: failed("trap")
  },
  { name: "name-injection", guest: () => componentGuest("name-injection"), end: refused("unsafe-name") },
  { name: "name-injection", variant: "harmless", guest: () => componentGuest("name-oddity"), end: "200" },
  { name: "zip-bomb", variant: "of memory", end: refused("memory") },
  { name: "zip-bomb", variant: "of types", guest: () => componentGuest("zip-bomb"), end: refused("not-a-component") },
  {
    name: "slow-host",
    guest: () => coreGuest("flood-host-calls"),
    body: 200,
    limits: soon,
    host: slowly,
    clock: untilAdjusted,
    end: failed("timeout")
  }
]

const endOf = <R>(guest: Promise<Uint8Array>, options: RunOptions<R>) =>
  Effect.match(run(guest, options), {
    onSuccess: ({ status }) => ({ end: String(status), message: "", ran: true }),
    onFailure: (error) => ({
      end: "reason" in error ? `${error._tag}: ${error.reason}` : error._tag,
      message: error.message,
      ran: "ran" in error && error.ran
    })
  })

const title = ({ name, variant }: Crime) => (variant === undefined ? name : `${name} (${variant})`)

layer(sandboxOf(), { excludeTestServices: true })("A hostile guest", (it) => {
  it.effect.each(crimes.map((crime) => ({ ...crime, title: title(crime) })))(
    "that is $title ends with $end, and the next one works",
    ({ name, guest, body, limits = {}, host, clock = (execution) => execution, end }) =>
      Effect.gen(function* () {
        const bytes = guest?.() ?? coreGuest(name)
        const told: Array<boolean> = []
        const onRun = (begins: boolean) => void told.push(begins)
        const options: RunOptions<never> = { installId: `hostile-${name}`, limits, onRun, ...(host && { host }) }
        const ended = yield* clock(
          endOf(bytes, body === undefined ? options : { ...options, body: new Uint8Array(body) })
        )
        const ran = !end.startsWith(refused(""))
        assert.deepInclude(ended, { end, ran })
        assert.deepEqual(told, ran ? [true] : [])
        assert.notMatch(ended.message, /\/(work|home|tmp|srv)|node:|\.[jt]s\b|Error:/)
        assert.strictEqual((yield* run(coreGuest("ok"), { installId: "good" })).status, 200)
      })
  )

  it.effect("that keeps what it can finds nothing of it in its next requests", () =>
    Effect.gen(function* () {
      for (let i = 0; i < 3; i++) assert.strictEqual((yield* run(coreGuest("keep-state"))).status, 200)
    })
  )

  it.effect("that calls the host with bytes that are no UTF-8 hands over well-formed text", () =>
    Effect.gen(function* () {
      const calls: Array<HostCall> = []
      const host = (call: HostCall) => Effect.sync(() => ok(void calls.push(call)))
      yield* run(coreGuest("bad-utf8"), { host })
      assert.lengthOf(calls, 1)
      assert.isTrue(String(calls[0]?.args[0]).isWellFormed())
    })
  )
})

const secret = "SELECT client_name FROM clients; role alga_reader at /srv/alga/reads.ts:1"
const faulty = () => Effect.die(new Error(secret))
const faultyOperations = { list: faulty, get: faulty, page: faulty, getMany: faulty }
const faultyReads = Layer.mergeAll(
  layerGuardedReads,
  Layer.succeed(ClientReads, faultyOperations),
  Layer.succeed(ServiceReads, faultyOperations)
)

const executions = layerExecutions(faultyReads).pipe(
  Layer.provideMerge(layerMemoryData),
  Layer.provideMerge(layerMemory())
)

const calls = [
  { interface: "clients", function: "listClients", args: [{}] },
  { interface: "clients", function: "getClient", args: ["00000000-0000-4000-8000-000000000000"] },
  { interface: "services", function: "listServices", args: [{}] },
  { interface: "services", function: "getService", args: ["00000000-0000-4000-8000-000000000000"] }
]

layer(executions, { excludeTestServices: true })("A host that fails", (it) => {
  it.effect("tells the guest one word and nothing of why", () =>
    Effect.gen(function* () {
      const { as } = yield* scenario()
      assert.deepEqual(yield* as()(probe(calls)), [
        { err: "internal" },
        { err: "internal" },
        { err: "internal" },
        { err: "internal" }
      ])
    })
  )

  it.effect("writes no more of flood-logs than its limits, and says once that it drops the rest", () =>
    Effect.gen(function* () {
      const { as } = yield* scenario()
      const component = yield* (yield* ComponentStore).accept(yield* Effect.promise(() => coreGuest("flood-logs")))
      const limits = { ...longLimits, logLines: 1_000, logLineBytes: 1_000, logBytes: 20_000 }
      const request = { method: "GET", url: "/", headers: [], body: null }
      const execute = Effect.flatMap(Executor, (executor) => executor.execute(component, request, limits))
      const logs = yield* logsOf(as()(Effect.map(execute, ({ status }) => assert.strictEqual(status, 200))))
      assert.lengthOf(logs, 21)
      assert.isAtMost(Math.max(...logs.map(({ message }) => String(message).length)), 1_000)
    })
  )
})
