import { readFile } from "node:fs/promises"
import { Server } from "node:net"
import { ids } from "@alga-psa/ext-adapters-memory"
import { dedicatedServer } from "@alga-psa/ext-adapters-pg/testing/ServerBinaries"
import { assert, layer, vi } from "@effect/vitest"
import { Context, Effect, Fiber, Layer } from "effect"
import { serve as serveCommand } from "../src/commands/serve.ts"
import { askUntil } from "../testing/AskUntil.ts"
import { commandRun } from "../testing/CommandRun.ts"
import type { Program } from "../testing/Program.ts"
import { logged, serveSetting } from "../testing/ServeProgram.ts"

const prepared = Effect.gen(function* () {
  const database = yield* dedicatedServer
  return { ...(yield* serveSetting(database.url)), database }
})

/** One for all tests: those that stop its server start it again. */
class Setting extends Context.Service<Setting, Effect.Success<typeof prepared>>()("serve/Setting") {}

const setting = Layer.effect(Setting, prepared)

const get = (url: string) =>
  Effect.promise(async () => {
    const response = await fetch(url)
    return { status: response.status, text: await response.text() }
  })

/** How many transpilers wait in a runner: those of its processes that may read jco. */
const transpilersOf = ({ pid }: Program) =>
  Effect.promise(async () => {
    const children = (await readFile(`/proc/${pid}/task/${pid}/children`, "utf8")).split(" ").filter(Boolean)
    const started = children.map((child) => readFile(`/proc/${child}/cmdline`, "utf8").catch(() => ""))
    return (await Promise.all(started)).filter((command) => /--allow-fs-read=\S*\/jco\//.test(command)).length
  })

/** The addresses of a runner with three ports, as its log has them, and all that it said until then. */
const threeAddresses = (run: Program) =>
  Effect.promise(async () => {
    const said: Array<string> = []
    const addresses: { runner?: string; pages?: string; health?: string } = {}
    for await (const line of run.lines) {
      const { annotations, message } = JSON.parse(line)
      said.push(message)
      if (message === "the runner serves") addresses.runner = annotations.address
      if (message === "pages have a port of their own") addresses.pages = annotations.address
      if (message === "health and metrics have a port of their own") addresses.health = annotations.address
      const { health, pages, runner } = addresses
      if (runner !== undefined && pages !== undefined && health !== undefined) return { health, pages, runner, said }
    }
    throw new Error(`the runner ended before it was ready: ${(await run.ended).errors}`)
  })

/** As a system without IPv6. */
const withoutIpv6 = () => {
  const { listen } = Server.prototype
  vi.spyOn(Server.prototype, "listen").mockImplementation(function (this: Server, ...args: ReadonlyArray<unknown>) {
    if ((args[0] as { readonly host?: unknown } | null)?.host !== "::") return Reflect.apply(listen, this, args)
    const error = Object.assign(new Error("no IPv6"), { code: "EAFNOSUPPORT" })
    process.nextTick(() => this.emit("error", error))
    return this
  })
}

/** Asks again until the answer has this status. */
const until = (url: string, status: number): Effect.Effect<string> =>
  Effect.map(
    askUntil(get(url), (answer) => answer.status === status),
    ({ text }) => text
  )

const good = { http: 200, status: 200, error: undefined }
const gone = { http: 503, status: 503, error: "data_unavailable" }

/** What the sample makes of a read that fails with `internal`. */
const failedRead = { http: 200, status: 500, error: undefined }

layer(setting, { excludeTestServices: true, timeout: 240_000 })("serve", (it) => {
  it.effect(
    "answers each request while its server goes and comes back under load, says when it is gone, and keeps what it keeps ready",
    () =>
      Effect.gen(function* () {
        const { database, serve } = yield* Setting
        const { execute, run, url } = yield* serve({ ALGA_EXTENSION_RUNNER_SANDBOX_SPARES: "1" })
        assert.strictEqual(yield* transpilersOf(run), 1)
        const outcome = Effect.map(execute(), ({ error, http, status }) => ({ http, status, error }))
        assert.deepStrictEqual(yield* outcome, good)
        yield* until(`${url}/readyz`, 200)
        let over = false
        const caller = Effect.gen(function* () {
          const seen = []
          while (!over) seen.push(yield* outcome)
          return seen
        })
        const load = yield* Effect.forkChild(
          Effect.all(
            Array.from({ length: 8 }, () => caller),
            { concurrency: 8 }
          ),
          {
            startImmediately: true
          }
        )
        yield* outcome
        yield* database.stop
        yield* askUntil(outcome, ({ http }) => http === 503)
        assert.deepStrictEqual(yield* outcome, gone)
        assert.strictEqual((yield* execute()).headers.get("retry-after"), "1")
        assert.include(yield* until(`${url}/readyz`, 503), '"database":"unavailable"')
        const { text } = yield* askUntil(get(`${url}/metrics`), ({ text }) =>
          /^alga_extension_database_connections 0$/m.test(text)
        )
        assert.match(text, /^alga_extension_database_statement_seconds_count\{outcome="failed"\} [1-9]/m)
        assert.strictEqual((yield* get(`${url}/healthz`)).status, 200)
        yield* database.start
        yield* askUntil(outcome, ({ http }) => http === 200)
        over = true
        const seen = (yield* Fiber.join(load)).flat()
        assert.isAbove(seen.filter(({ http }) => http === 200).length, 0)
        for (const answer of seen) assert.deepInclude([good, failedRead, gone], answer)
        assert.deepStrictEqual(yield* outcome, good)
        yield* until(`${url}/readyz`, 200)
        assert.strictEqual(yield* Effect.promise(() => run.end("SIGTERM")), 0)
      }),
    300_000
  )

  it.effect("keeps executions within the limits of its settings", () =>
    Effect.gen(function* () {
      const { serveHere } = yield* Setting
      const { execute } = yield* serveHere({ ALGA_EXTENSION_RUNNER_LIMIT_RESPONSE_BODY_BYTES: "10" })
      const { error, http } = yield* execute()
      assert.strictEqual(http, 500)
      assert.match(error ?? "", /^execute_failed: .*larger than the limit/)
    })
  )

  it.effect(
    "shows pages on a port of their own, and health and metrics on another, stops all, and keeps nothing ready where it is to keep no spare",
    () =>
      Effect.gen(function* () {
        const { executeAt, hash, startHere } = yield* Setting
        const run = yield* startHere({ ALGA_EXTENSION_RUNNER_UI_PORT: "0", ALGA_EXTENSION_RUNNER_HEALTH_PORT: "0" })
        const { health, pages, runner: url } = yield* threeAddresses(run)
        assert.strictEqual(yield* transpilersOf(run), 0)
        assert.strictEqual((yield* executeAt(url)()).http, 200)
        const page = `/ext-ui/${ids.extensions.full}/${hash}/index.html?tenant=${ids.tenants.acme}`
        for (const at of [url, pages]) assert.strictEqual((yield* get(at + page)).status, 200)
        for (const path of ["/healthz", "/metrics", "/v1/execute", "/"]) {
          assert.strictEqual((yield* get(pages + path)).status, 404, path)
        }
        assert.strictEqual((yield* get(`${url}/healthz`)).status, 200)
        for (const path of ["/readyz", "/metrics"]) {
          yield* until(health + path, 200)
          assert.strictEqual((yield* get(url + path)).status, 404, path)
        }
        assert.strictEqual((yield* get(`${health}/v1/execute`)).status, 404)
        assert.strictEqual(yield* Effect.promise(() => run.end("SIGTERM")), 0)
        for (const at of [url, pages, health]) {
          const answer = yield* Effect.promise(() =>
            fetch(at).then(
              () => "answers",
              ({ cause }) => cause.code
            )
          )
          assert.strictEqual(answer, "ECONNREFUSED", at)
        }
      }),
    300_000
  )

  it.effect(
    "says once that the system has no IPv6, whatever number of ports it has, and serves at each by IPv4",
    () =>
      Effect.gen(function* () {
        const { startHere } = yield* Setting
        withoutIpv6()
        const run = yield* startHere({
          HOST: "::",
          ALGA_EXTENSION_RUNNER_UI_PORT: "0",
          ALGA_EXTENSION_RUNNER_HEALTH_PORT: "0"
        })
        const { said, ...addresses } = yield* threeAddresses(run)
        assert.lengthOf(new Set(Object.values(addresses)), 3)
        for (const address of Object.values(addresses)) assert.match(address, /^http:\/\/0\.0\.0\.0:\d+$/)
        const about = "this system has no IPv6: 0.0.0.0 is used instead of ::"
        assert.deepStrictEqual(
          said.filter((message) => message.includes("IPv6")),
          [about]
        )
        assert.strictEqual(yield* Effect.promise(() => run.end("SIGTERM")), 0)
      }),
    300_000
  )

  it.effect(
    "starts without a database only when told to, and is ready once it is there",
    () =>
      Effect.gen(function* () {
        const { database, serveHere, settings } = yield* Setting
        yield* database.stop
        const refused = yield* commandRun(serveCommand)(["serve"], settings)
        assert.strictEqual(refused.code, 1)
        assert.include(refused.errors, "the database does not answer: check DATABASE_URL")
        const { execute, run, url } = yield* serveHere({ ALGA_EXTENSION_RUNNER_START_WITHOUT_DATABASE: "on" })
        assert.strictEqual((yield* get(`${url}/healthz`)).status, 200)
        assert.strictEqual((yield* get(`${url}/readyz`)).status, 503)
        yield* logged(run, "the runner is not ready")
        yield* database.start
        yield* until(`${url}/readyz`, 200)
        yield* logged(run, "the runner is ready")
        assert.strictEqual((yield* execute()).http, 200)
      }),
    300_000
  )
})
