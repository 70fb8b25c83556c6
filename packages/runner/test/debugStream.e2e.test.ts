import { type AddressInfo, createServer } from "node:net"
import { ids, layer as layerMemory, MemoryStore, seed } from "@alga-psa/ext-adapters-memory"
import { GuestLines } from "@alga-psa/ext-adapters-wit"
import type { InvocationData } from "@alga-psa/ext-domain"
import { bareExecution } from "@alga-psa/ext-domain/testing/bareExecution"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Layer, Logger, Metric, Redacted } from "effect"
import { vi } from "vitest"
import * as DebugStream from "../src/DebugStream.ts"
import { sha256 } from "../testing/Archive.ts"
import { askUntil } from "../testing/AskUntil.ts"
import { buildFixture, installed } from "../testing/Extensions.ts"
import { ownLoopback } from "../testing/Loopback.ts"
import { entriesOf, standInRedis, testRedis } from "./support/Redis.ts"
import { execute } from "./support/Requests.ts"
import { TestRunner, testRunner } from "./support/TestRunner.ts"

// No line is lost because the machine is busy.
const options = { prefix: "ext-debug:", eventBytes: 8_192, patience: Duration.minutes(2) }
const to = (url: string, more: Partial<DebugStream.DebugStreamOptions> = {}) =>
  DebugStream.layer({ ...options, ...more, url: Redacted.make(url) })

const invocation = bareExecution({
  tenantId: ids.tenants.acme,
  extensionId: ids.extensions.full,
  installId: ids.installs.full
})

/** Tells a line. */
const telling = Effect.map(
  GuestLines,
  (tell) =>
    (message: string, tenantId: InvocationData["tenantId"] = ids.tenants.acme) =>
      tell({ invocation: { ...invocation, tenantId }, level: "info", message, isCut: false })
)

const counted = (outcome: string) =>
  Effect.map(Metric.snapshot, (all) => {
    const found = all.find(
      ({ attributes, id }) => id === "alga_extension_debug_lines_total" && attributes?.["outcome"] === outcome
    )
    return Number((found?.state as { readonly count?: number } | undefined)?.count ?? 0)
  })

const until = (holds: () => boolean | Promise<boolean>) =>
  Effect.promise(() => vi.waitUntil(holds, { interval: 20, timeout: 120_000 }))

/** What is logged, into a list. */
const noting = (lines: Array<string>) =>
  Logger.layer([Logger.map(Logger.formatJson, (line) => void lines.push(String(line)))])

/** A line at each level, the last one longer than a line may be. */
const lines = [
  ["logging.info", "plain ä"],
  ["logging.warn", "two\nlines"],
  ["logging.error", "x".repeat(9_000)]
]
const logging = Buffer.from(JSON.stringify(lines)).toString("base64")

describe("The debug stream", () => {
  it.live(
    "has each line of an extension, and the failures of its executions",
    () =>
      Effect.gen(function* () {
        const begun = Date.now()
        const url = yield* testRedis
        const prefix = `test-${crypto.randomUUID()}:`
        const run = Effect.gen(function* () {
          const runner = yield* TestRunner
          const store = yield* MemoryStore
          const install = Effect.fnUntraced(function* (name: string, top: object = {}) {
            const archive = yield* Effect.promise(() => buildFixture(name))
            const hash = sha256(archive)
            const own = installed(hash)
            yield* store.load(own.rows)
            yield* runner.store({ tenant: ids.tenants.acme, extension: own.extension, hash }, archive)
            yield* execute(hash, {
              case: { extension: own.extension, install: own.install, path: "/", query: {} },
              top,
              headers: { "x-request-id": `for-${name}` }
            })
            return own
          })
          const chatty = yield* install("every-port", { http: { method: "POST", path: "/", body_b64: logging } })
          const trap = yield* install("trap")
          // Lines that are left when a runner stops have two seconds, which may be too little on a busy machine.
          for (const [{ extension }, lines] of [[chatty, 3] as const, [trap, 1] as const]) {
            const stream = `${prefix}${ids.tenants.acme}:${extension}`
            yield* askUntil(entriesOf(url, stream), ({ length }) => length >= lines)
          }
          return { chatty, trap }
        })
        const testing = Layer.provideMerge(testRunner(), layerMemory(seed({ contentHash: "0".repeat(64) })))
        const { chatty, trap } = yield* run.pipe(
          Effect.provide(Layer.provide(testing, to(url, { prefix }))),
          Effect.scoped
        )
        const of = ({ extension, install, version }: typeof chatty, request: string) => ({
          ...{ stream: "log", tenant: ids.tenants.acme, extension, install, request, version }
        })
        const entries = yield* entriesOf(url, `${prefix}${ids.tenants.acme}:${chatty.extension}`)
        const own = of(chatty, "for-every-port")
        assert.deepEqual(
          entries.map(({ ts, ...rest }) => rest),
          [
            { ...own, level: "info", message: "plain ä", truncated: "0" },
            { ...own, level: "warn", message: "two lines", truncated: "0" },
            { ...own, level: "error", message: "x".repeat(8_192), truncated: "1" }
          ]
        )
        for (const { ts } of entries) assert.isTrue(Number(ts) >= begun && Number(ts) <= Date.now())
        const [failed, ...more] = yield* entriesOf(url, `${prefix}${ids.tenants.acme}:${trap.extension}`)
        assert.deepInclude(failed, { ...of(trap, "for-trap"), level: "error" })
        assert.match(failed?.["message"] ?? "", /^execute_failed: trap/)
        assert.notInclude(failed?.["message"] ?? "", "a secret of the extension")
        assert.deepEqual(more, [])
      }).pipe(Effect.scoped),
    300_000
  )

  it.effect("has what was told before it ends", () =>
    Effect.gen(function* () {
      const redis = yield* standInRedis()
      yield* Effect.gen(function* () {
        const tell = yield* telling
        for (let at = 0; at < 250; at++) tell(`line ${at}`)
      }).pipe(Effect.provide(to(redis.url)), Effect.provide(Logger.layer([])))
      const entries = yield* entriesOf(redis.url, `ext-debug:${ids.tenants.acme}:${ids.extensions.full}`)
      assert.deepEqual(
        entries.map(({ message }) => message),
        Array.from({ length: 250 }, (_, at) => `line ${at}`)
      )
    }).pipe(Effect.scoped)
  )

  it.live(
    "that is away makes nobody wait: lines wait within their room, the rest is lost and counted, and it says so once",
    () =>
      Effect.gen(function* () {
        const lines: Array<string> = []
        const host = ownLoopback()
        const { port } = yield* Effect.scoped(standInRedis({ host }))
        const url = `redis://user:s3cret@${host}:${port}`
        const [sent, lost] = [yield* counted("sent"), yield* counted("lost")]
        yield* Effect.gen(function* () {
          const tell = yield* telling
          yield* until(() => lines.some((line) => line.includes("does not take lines")))
          for (let at = 0; at < 700; at++) tell(`line ${at}`)
          for (let at = 0; at < 600; at++) tell(`line ${at}`, ids.tenants.borealis)
          const redis = yield* standInRedis({ host, port, password: "s3cret" })
          yield* until(async () => (await Effect.runPromise(counted("sent"))) - sent === 1_000)
          assert.strictEqual(redis.received.filter(([name]) => name === "XADD").length, 1_000)
          assert.strictEqual((yield* counted("lost")) - lost, 300)
          assert.include(lines.at(-1), "takes lines again")
          assert.lengthOf(lines, 2)

          redis.cut()
          // What is sent before the client has noticed is lost.
          yield* until(() => {
            tell("after")
            return redis.received.at(-1)?.includes("after") === true
          })
        }).pipe(Effect.provide(to(url)), Effect.scoped, Effect.provide(noting(lines)))
        assert.include(lines[0], "ECONNREFUSED")
        assert.notInclude(lines.join("\n"), "s3cret")
        assert.notInclude(lines.join("\n"), host)
      }).pipe(Effect.scoped),
    300_000
  )

  it.live("that refuses an entry loses that one, and says why", () =>
    Effect.gen(function* () {
      const lines: Array<string> = []
      const redis = yield* standInRedis()
      redis.refused.push(ids.tenants.acme)
      const lost = yield* counted("lost")
      yield* Effect.gen(function* () {
        const tell = yield* telling
        tell("refused")
        tell("taken", ids.tenants.borealis)
        yield* until(() => lines.some((line) => line.includes("WRONGTYPE")))
        assert.deepEqual(redis.received.at(-1)?.slice(-4), ["message", "taken", "truncated", "0"])
        assert.strictEqual((yield* counted("lost")) - lost, 1)
        redis.refused.length = 0
        tell("taken again")
        yield* until(() => lines.some((line) => line.includes("takes lines again")))
      }).pipe(Effect.provide(to(redis.url)), Effect.scoped, Effect.provide(noting(lines)))
    }).pipe(Effect.scoped)
  )

  it.live("that refuses the login says so, and shows nothing of it", () =>
    Effect.gen(function* () {
      const lines: Array<string> = []
      const redis = yield* standInRedis({ password: "right" })
      yield* until(() => lines.some((line) => line.includes("WRONGPASS"))).pipe(
        Effect.provide(to(redis.url.replace("right", "wrong-one"))),
        Effect.provide(noting(lines))
      )
      assert.notInclude(lines.join("\n"), "wrong-one")
    }).pipe(Effect.scoped)
  )

  it.live("that says nothing is given up, and makes neither the runner nor its end wait", () =>
    Effect.gen(function* () {
      const lines: Array<string> = []
      const server = createServer((socket) => void socket.on("error", () => {}))
      yield* Effect.acquireRelease(
        Effect.promise(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))),
        () => Effect.sync(() => server.close())
      )
      const { port } = server.address() as AddressInfo
      const silent = to(`redis://:password@127.0.0.1:${port}`, { patience: Duration.millis(200) })
      yield* Effect.gen(function* () {
        const tell = yield* telling
        tell("a line")
        yield* until(() => lines.some((line) => line.includes("TIMEOUT")))
      }).pipe(Effect.provide(silent), Effect.provide(noting(lines)))
    }).pipe(Effect.scoped)
  )
})
