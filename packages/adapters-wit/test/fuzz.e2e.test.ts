import { Buffer } from "node:buffer"
import { fileURLToPath } from "node:url"
import type { Chance } from "@alga-psa/ext-adapters-memory/contract/Chance"
import { scenario } from "@alga-psa/ext-adapters-memory/contract/GuardedScenario"
import { layerDeniedPorts } from "@alga-psa/ext-domain"
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, type Exit, Layer, Schema } from "effect"
import {
  ComponentRefused,
  ComponentStore,
  defaultLimits,
  ExecuteResponse,
  ExecutionFailed,
  HostImports,
  Sandbox
} from "../src/index.ts"
import { coreMemories, limitCoreMemories } from "../src/internal/child/CoreMemory.ts"
import { coreWasm } from "../src/internal/child/CoreWasm.ts"
import { openComponent } from "../src/internal/child/core/OpenComponent.ts"
import { encode } from "../src/internal/child/Encoder.ts"
import type { FromGuest } from "../src/internal/child/Messages.ts"
import { pack } from "../src/internal/child/Wire.ts"
import { converse } from "../src/internal/host/conversation.ts"
import { guestProgram } from "../src/internal/host/Engine.ts"
import { type Guest, receive, startGuest } from "../src/internal/host/Guest.ts"
import { programText } from "../src/internal/host/ProgramText.ts"
import { fuzz, fuzzTimeout } from "./support/Fuzz.ts"
import { freshStore } from "./support/freshStore.ts"
import { coreGuest, coreModule } from "./support/Guests.ts"
import { importsOver } from "./support/Imports.ts"
import { mutated, withOneBitChanged, withOneValueChanged } from "./support/Mutations.ts"
import { endOfLoop, longMs, requestOf, run, sandboxOf } from "./support/Run.ts"

const parts = { parts: 4 }
const deadlineMs = 300
const readyMs = 700
const headerBytes = 4

const silent = Effect.fail(new ExecutionFailed({ reason: "timeout", detail: "" }))

const leaks = /\/(work|home|tmp|srv|usr)\/|node:|\.[jt]s\b|\bat .*:\d/

const tagged = (error: unknown): string => {
  if (!(error instanceof ExecutionFailed || error instanceof ComponentRefused)) throw error
  assert.notMatch(error.message, leaks)
  return `${error._tag}: ${error.reason}`
}

const isResponse = Schema.is(ExecuteResponse)

const outcomeOf = <R>(effect: Effect.Effect<ExecuteResponse, unknown, R>) =>
  Effect.match(effect, {
    onFailure: tagged,
    onSuccess: (response) => {
      assert.isTrue(isResponse(response))
      return "answered"
    }
  })

const live = { excludeTestServices: true } as const
const bases = ["ok", "flood-host-calls", "keep-table", "many-headers"]

const goodRequest = Effect.gen(function* () {
  assert.strictEqual((yield* run(coreGuest("ok"), { installId: "good" })).status, 200)
})

const isValid = (bytes: Uint8Array): boolean => {
  try {
    return new coreWasm.Module(bytes) instanceof coreWasm.Module
  } catch {
    return false
  }
}

const outcomeOfRewriting = (bytes: Uint8Array, chance: Chance): string => {
  try {
    const memories = coreMemories(bytes)
    limitCoreMemories(
      bytes,
      memories.map(({ minimum }) => minimum + chance.below(16))
    )
    const opened = openComponent([bytes])
    if ("unrestorable" in opened) return opened.unrestorable
    for (const module of opened.modules) {
      if (isValid(bytes)) assert.isTrue(isValid(module.bytes))
    }
    return "rewritten"
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error
    return error.name
  }
}

describe("A core module with bytes changed", () => {
  it.live(
    "is refused as out of range or no text, or stays valid when it is rewritten",
    () =>
      Effect.gen(function* () {
        const modules = yield* Effect.promise(() => Promise.all(bases.map((name) => coreModule(name))))
        yield* fuzz("core module", parts, (chance) =>
          Effect.andThen(
            Effect.yieldNow,
            Effect.sync(() => outcomeOfRewriting(mutated(chance.pick(modules), chance), chance))
          )
        )
      }),
    fuzzTimeout
  )
})

/** What ends a component that loops while it is made ready, where the system tells no processor times. */
const bounds = endOfLoop === "timeout" ? { startMs: 10_000 } : {}

layer(Layer.merge(sandboxOf(bounds), freshStore()), live)("A component with bytes changed", (it) => {
  it.effect(
    "is refused, or ends in a response or a failure that is known, and the next one works",
    () =>
      Effect.gen(function* () {
        const guests = yield* Effect.promise(() => Promise.all(bases.map((name) => coreGuest(name))))
        const sandbox = yield* Sandbox
        const store = yield* ComponentStore
        yield* fuzz("component", parts, (chance) =>
          outcomeOf(
            Effect.gen(function* () {
              const component = yield* store.accept(
                chance.pick([mutated, withOneBitChanged])(chance.pick(guests), chance)
              )
              return yield* sandbox.execute({
                component,
                tenantId: "tenant",
                installId: "fuzz",
                request: requestOf(new Uint8Array(chance.below(30))),
                limits: { ...defaultLimits, timeoutMs: 3_000, cpuMs: 500, memoryMb: 16 },
                host: () => Effect.succeed({ type: "ok", value: null })
              })
            })
          )
        )
        yield* goodRequest
      }),
    fuzzTimeout
  )
})

const replay = fileURLToPath(new URL("./fixtures/child/Replay.ts", import.meta.url))
const root = fileURLToPath(new URL("../", import.meta.url))

const childOptions = {
  confinement: [],
  execPath: process.execPath,
  memoryPages: 1_024,
  heapMb: 64,
  frameBytes: 1_048_576
}

const started = (program: ReturnType<typeof guestProgram>) =>
  Effect.acquireRelease(
    Effect.sync(() => startGuest({ ...childOptions, program })),
    ({ node }) => node.end
  )

const withLength = (body: Uint8Array): Buffer => {
  const header = Buffer.alloc(headerBytes)
  header.writeUInt32BE(body.byteLength)
  return Buffer.concat([header, body])
}

const call = (name: string, member: string, ...args: ReadonlyArray<unknown>): FromGuest => ({
  type: "call",
  interface: `alga:extension/${name}`,
  function: member,
  args
})

const id = "10000000-0000-4000-8000-000000000000"

const said: ReadonlyArray<FromGuest> = [
  { type: "ready" },
  call("clients", "listClients", { search: "a", includeInactive: null, page: 1, pageSize: 25 }),
  call("services", "getService", id),
  call("storage", "put", { namespace: "n", key: "k", value: new Uint8Array([1, 2, 3]), revision: 7n }),
  call("logging", "logInfo", "a line"),
  {
    type: "done",
    response: { status: 200, headers: [{ name: "x-a", value: "1" }], body: new Uint8Array([1, 2]) },
    obstacle: null,
    residentBytes: 1,
    memoryRefused: false,
    memoryBytes: 0
  }
]

const framed = (message: FromGuest): Buffer => Buffer.from(encode(message))

const withValueChanged = (message: FromGuest, chance: Chance): FromGuest => {
  if (message.type === "call") return { ...message, args: message.args.map((arg) => withOneValueChanged(arg, chance)) }
  return message.type === "done" ? { ...message, response: withOneValueChanged(message.response, chance) } : message
}

/** Changes a frame as a whole, or what is in it, or a value in that; in the last two its length is right. */
const changedFrame = (message: FromGuest, chance: Chance): Uint8Array => {
  const piece = framed(message)
  const body = piece.subarray(headerBytes)
  const changes = [
    () => mutated(piece, chance),
    () => withLength(mutated(body, chance)),
    () => framed(withValueChanged(message, chance)),
    () => framed(withValueChanged(message, chance))
  ]
  return chance.pick(changes)()
}

const errorCodes = new Set(["not-allowed", "invalid-input", "internal", "denied"])

layer(Layer.provideMerge(sandboxOf(), importsOver(layerDeniedPorts)), live)("A pipe with bytes changed", (it) => {
  it.effect(
    "from the guest's side ends in a response or a failure that is known, and tells the guest nothing of the host",
    () =>
      Effect.gen(function* () {
        const { as } = yield* scenario()
        const imports = yield* HostImports
        const talk = (pieces: ReadonlyArray<Uint8Array>, duration: number) =>
          Effect.gen(function* () {
            const texts = pieces.map((piece) => Buffer.from(piece).toString("base64"))
            const guest = yield* started({ ...guestProgram(), text: programText(replay, root) })
            guest.node.send(Buffer.from(JSON.stringify(texts)))
            const answer = imports.forExecution(defaultLimits)
            const ready = Effect.timeoutOrElse(receive(guest), { duration: duration + readyMs, orElse: () => silent })
            yield* ready
            return yield* converse(guest, "install", requestOf(), defaultLimits, (asked) =>
              Effect.tap(answer(asked), (reply) =>
                Effect.sync(() => reply.type === "error" && assert.include([...errorCodes], reply.value))
              )
            ).pipe(Effect.timeoutOrElse({ duration, orElse: () => silent }))
          }).pipe(Effect.scoped)
        assert.strictEqual(yield* outcomeOf(as()(talk(said.map(framed), longMs))), "answered")
        yield* fuzz("frames of the guest", parts, (chance) => {
          const changed = chance.below(said.length)
          return outcomeOf(
            as()(
              talk(
                said.map((message, i) => (i === changed ? changedFrame(message, chance) : framed(message))),
                deadlineMs
              )
            )
          )
        })
        yield* goodRequest
      }),
    fuzzTimeout
  )
})

const answers = (guest: Guest): Effect.Effect<Exit.Exit<unknown, ExecutionFailed>> =>
  Effect.exit(Effect.timeoutOption(receive(guest), 150))

layer(sandboxOf(), live)("A sandbox process that is sent frames with bytes changed", (it) => {
  it.effect(
    "answers by the rules, waits or ends, and is gone when its host ends it",
    () =>
      Effect.gen(function* () {
        const component = yield* (yield* ComponentStore).accept(yield* Effect.promise(() => coreGuest("ok")))
        const text = (message: unknown) => Buffer.from(JSON.stringify(message))
        const { timeoutMs: _, ...limits } = defaultLimits
        const sent = [
          text({
            type: "load",
            imports: component.imports,
            modules: [{ name: "guest.core.wasm", minima: [1], maxima: [16], state: null }],
            pages: 16,
            unrestorable: "unknown-code"
          }),
          Buffer.from(
            "export const instantiate = () => ({ handler: () => ({ status: 200, headers: [], body: null }) })"
          ),
          Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]),
          text({ type: "run", request: pack(requestOf(), []), parts: 0, responseBytes: 1, ...limits })
        ]
        const serve = (bodies: ReadonlyArray<Uint8Array>) =>
          Effect.gen(function* () {
            const guest = yield* started(guestProgram())
            yield* receive(guest)
            for (const body of bodies.slice(0, -1)) guest.node.send(body)
            const first = yield* answers(guest)
            if (first._tag === "Failure") return "ended"
            for (const body of bodies.slice(-1)) guest.node.send(body)
            return (yield* answers(guest))._tag === "Failure" ? "ended" : "talks or waits"
          }).pipe(Effect.scoped)
        yield* fuzz("frames of the host", parts, (chance) => {
          const changed = chance.below(sent.length)
          const isText = changed === 0 || changed === sent.length - 1
          const change = (body: Buffer) =>
            isText && chance.below(2) === 0
              ? text(withOneValueChanged(JSON.parse(body.toString("utf8")), chance))
              : mutated(body, chance)
          return serve(sent.map((body, i) => (i === changed ? change(body) : body)))
        })
        yield* goodRequest
      }),
    fuzzTimeout
  )
})
