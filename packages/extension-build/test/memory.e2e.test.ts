import { Buffer } from "node:buffer"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import {
  ComponentStore,
  defaultLimits,
  error,
  type HostCall,
  type HostReply,
  type Limits,
  layerComponentStore,
  layerSandbox,
  MemoryUse,
  ok,
  Sandbox
} from "@alga-psa/ext-adapters-wit"
import { type Engine, importsOf } from "@alga-psa/ext-extension-sdk/build"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { beforeAll } from "vitest"
import { buildExtension } from "../src/BuildExtension.ts"
import { extensionFolder, manifest } from "./support/ExtensionFolder.ts"

const source = `import { serve } from "@alga-psa/ext-extension-sdk/component"
const hoard = (make) => { const kept = []; for (;;) kept.push(make(kept.length)) }
const texts = () => hoard((i) => String(i).padEnd(1000000, "\\u00e4"))
const bytes = () => hoard(() => new Uint8Array(5000000))
const recursion = () => recursion() + 1
const json = () => hoard((i) => JSON.parse(JSON.stringify(Array.from({ length: 50000 }, (_, at) => ({ at, i })))))
const chain = async () => { let last = Promise.resolve(0); for (;;) last = last.then((i) => i + 1) }
const room = () => new Uint8Array(10000000).fill(1).length
const tasks = { texts, bytes, recursion, json, chain, room }
const caught = (task) => { try { task() } catch (error) { return String(error) } }
const text = (value) => ({ status: 200, body: new TextEncoder().encode(JSON.stringify(value)) })
export const handler = serve(async ({ http }, host) => {
  const [, way, task] = http.url.split("/")
  if (way === "many") return text(await host.clientsV2.getMany([task]).catch((error) => error.code))
  if (way === "back") return { status: 200, body: http.body }
  if (way === "hoard") await tasks[task]()
  return { status: 200, body: new TextEncoder().encode(caught(tasks[task])) }
})
`

const temporary = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "alga-memory-"))),
  (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true }))
)

/** Longer than any test takes: on a slow machine, too, an execution ends by its memory. */
const longMs = 3_600_000
const patient = { ...defaultLimits, timeoutMs: longMs, cpuMs: longMs }

const sandbox = Layer.unwrap(
  Effect.map(temporary, (directory) =>
    layerSandbox({ concurrency: 1, spares: 0, idleProcesses: 1, startMs: longMs, limits: patient }).pipe(
      Layer.provideMerge(layerComponentStore({ directory, intakeTimeoutMs: longMs, spare: false }))
    )
  )
)

const engines: ReadonlyArray<Engine> = ["quickjs", "starlingmonkey"]

const built = new Map<Engine, Uint8Array>()
beforeAll(async () => {
  const build = Effect.fnUntraced(function* (engine: Engine) {
    const declared = JSON.stringify({ ...manifest, capabilities: ["cap:client.read"] })
    const folder = yield* extensionFolder({ "handler.js": source, "manifest.json": declared })
    const { componentFile } = yield* buildExtension({ folder, entry: "handler.js", engine, types: false })
    built.set(engine, yield* Effect.promise(() => readFile(componentFile)))
  })
  await Effect.runPromise(Effect.scoped(Effect.forEach(engines, build)))
})

const bytesOf = (engine: Engine): Uint8Array => built.get(engine) ?? new Uint8Array()

const run = Effect.fnUntraced(function* (
  engine: Engine,
  url: string,
  limits: Partial<Limits> = {},
  body: Uint8Array | null = null,
  host: (call: HostCall) => HostReply = () => ok(null)
) {
  const accepted = yield* (yield* ComponentStore).accept(bytesOf(engine))
  return yield* (yield* Sandbox).execute({
    component: accepted,
    tenantId: "tenant",
    installId: "install",
    request: {
      context: { requestId: null, tenantId: "tenant", extensionId: "e", installId: "install", versionId: null },
      http: { method: "POST", url, headers: [], body }
    },
    limits: { ...patient, ...limits },
    host: (call) => Effect.sync(() => host(call))
  })
})

const little = { memoryMb: 32 }
const reasonOf = (engine: Engine, url: string) =>
  Effect.map(Effect.flip(run(engine, url, little)), (error) => ("reason" in error ? error.reason : error._tag))

layer(sandbox, { excludeTestServices: true })("An extension", (it) => {
  it.effect.each(engines)("imports on %s what it uses, as it was built", (engine) =>
    Effect.gen(function* () {
      const imports = yield* Effect.promise(() => importsOf(bytesOf(engine)))
      assert.sameMembers([...imports], ["alga:extension/clients-v2", "alga:extension/logging", "alga:extension/types"])
      assert.strictEqual(Buffer.from(bytesOf(engine)).includes(`{"engine":"${engine}"`), true)
    })
  )

  it.effect.each(engines)("asks its host on %s, and gets what that gives and what it refuses", (engine) =>
    Effect.gen(function* () {
      const client = {
        clientId: "a",
        clientName: "A",
        clientType: null,
        isInactive: false,
        defaultCurrencyCode: null,
        accountManagerId: null,
        accountManagerName: null,
        billingEmail: null,
        tags: ["vip"]
      }
      const asked: Array<HostCall> = []
      const answer = Effect.fnUntraced(function* (reply: HostReply) {
        const { body } = yield* run(engine, "/many/a", {}, null, (call) => {
          asked.push(call)
          return reply
        })
        return JSON.parse(new TextDecoder().decode(body ?? new Uint8Array()))
      })
      assert.deepEqual(yield* answer(ok([client])), [client])
      assert.strictEqual(yield* answer(error("not-allowed")), "not-allowed")
      assert.deepEqual(yield* answer(ok([null])), [null])
      const call = { interface: "alga:extension/clients-v2", function: "getClients", args: [["a"]] }
      assert.deepEqual(asked, [call, call, call])
    })
  )

  // Both are refused the same growth. Where an engine gives up differs by what it makes, by code that waits above all.
  it.effect.each([
    ...["texts", "bytes", "json", "chain"].map((task) => ({ engine: "quickjs", task }) as const),
    ...["texts", "chain"].map((task) => ({ engine: "starlingmonkey", task }) as const)
  ])("that needs more memory than its limit for $task ends with that reason on $engine", ({ engine, task }) =>
    Effect.gen(function* () {
      assert.strictEqual(yield* reasonOf(engine, `/hoard/${task}`), "memory-limit")
      const after = yield* run(engine, "/back", little, new Uint8Array([1]))
      assert.deepEqual([...(after.body ?? [])], [1])
    })
  )

  it.effect.each(engines)("that gets over a lack of memory is answered on %s", (engine) =>
    Effect.gen(function* () {
      const { body, status } = yield* run(engine, "/caught/bytes", little)
      assert.strictEqual(status, 200)
      assert.match(new TextDecoder().decode(body ?? new Uint8Array()), /out of memory/)
    })
  )

  it.effect.each(engines)("is told to have taken the memory that its request took, on %s", (engine) =>
    Effect.gen(function* () {
      const took = Effect.fnUntraced(function* (url: string) {
        let most = 0
        const hear = (bytes: number) => {
          most = bytes
        }
        yield* Effect.provideService(run(engine, url, little), MemoryUse, hear)
        return most
      })
      const before = yield* took("/back")
      assert.isAbove(before, 1_000_000)
      assert.isAtLeast(yield* took("/caught/room"), before + 5_000_000)
      assert.strictEqual(yield* took("/back"), before)
      assert.isAtMost(yield* took("/caught/bytes"), little.memoryMb * 1_048_576)
    })
  )

  it.effect.each(["hoard", "caught"])("that recurses without end on QuickJS ends as too deep, %s", (way) =>
    Effect.gen(function* () {
      assert.strictEqual(yield* reasonOf("quickjs", `/${way}/recursion`), "too-deep")
    })
  )

  it.effect("that recurses without end on StarlingMonkey answers 500, as memory is not what it lacks", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* run("starlingmonkey", "/hoard/recursion", little)).status, 500)
    })
  )

  it.effect.each(engines)("takes and gives bodies of 10 MiB on %s where nothing else is set", (engine) =>
    Effect.gen(function* () {
      const body = new Uint8Array(10_485_760).fill(7)
      const answer = yield* run(engine, "/back", {}, body)
      assert.strictEqual(answer.status, 200)
      assert.isTrue(Buffer.from(answer.body ?? []).equals(body))
    })
  )

  it.effect("is not run for a body of one byte more", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(run("quickjs", "/back", {}, new Uint8Array(10_485_761)))
      assert.strictEqual("reason" in error ? error.reason : error._tag, "request-too-large")
    })
  )
})
