import { readFile } from "node:fs/promises"
import { ids } from "@alga-psa/ext-adapters-memory"
import { dedicatedServer } from "@alga-psa/ext-adapters-pg/testing/ServerBinaries"
import { testDatabase } from "@alga-psa/ext-adapters-pg/testing/TestDatabase"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { type Program, program } from "../testing/Program.ts"
import { logged, serveSetting } from "../testing/ServeProgram.ts"

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

/** Node on a system without IPv6. */
const withoutIpv6 = [
  process.execPath,
  "--import",
  `data:text/javascript,${encodeURIComponent(`
    import { Server } from "node:net"
    const { listen } = Server.prototype
    Server.prototype.listen = function (...args) {
      if (args[0]?.host !== "::") return listen.apply(this, args)
      const error = Object.assign(new Error("no IPv6"), { code: "EAFNOSUPPORT" })
      process.nextTick(() => this.emit("error", error))
      return this
    }
  `)}`
] as const

/** Asks again until the answer has this status. */
const until = (url: string, status: number): Effect.Effect<string> =>
  Effect.flatMap(get(url), (answer) => (answer.status === status ? Effect.succeed(answer.text) : until(url, status)))

describe("serve", () => {
  it.live(
    "answers on a real server, keeps what it keeps ready, says when the server is gone, and answers again when it is back",
    () =>
      Effect.gen(function* () {
        const database = yield* dedicatedServer
        const { serve } = yield* serveSetting(database.url)
        const { execute, run, url } = yield* serve({ ALGA_EXTENSION_RUNNER_SANDBOX_SPARES: "1" })
        assert.strictEqual(yield* transpilersOf(run), 1)
        const outcome = Effect.map(execute(), ({ error, http, status }) => ({ http, status, error }))
        const good = { http: 200, status: 200, error: undefined }
        assert.deepStrictEqual(yield* outcome, good)
        yield* until(`${url}/readyz`, 200)
        yield* database.stop
        const gone = { http: 503, status: 503, error: "data_unavailable" }
        assert.deepStrictEqual(yield* outcome, gone)
        assert.deepStrictEqual(yield* outcome, gone)
        assert.strictEqual((yield* execute()).headers.get("retry-after"), "1")
        assert.include(yield* until(`${url}/readyz`, 503), '"database":"unavailable"')
        const { text } = yield* Effect.repeat(get(`${url}/metrics`), {
          until: ({ text }) => /^alga_extension_database_connections 0$/m.test(text)
        })
        assert.match(text, /^alga_extension_database_statement_seconds_count\{outcome="failed"\} [1-9]/m)
        assert.strictEqual((yield* get(`${url}/healthz`)).status, 200)
        yield* database.start
        assert.deepStrictEqual(yield* outcome, good)
        yield* until(`${url}/readyz`, 200)
        assert.strictEqual(yield* Effect.promise(() => run.end("SIGTERM")), 0)
      }),
    300_000
  )

  it.live(
    "keeps executions within the limits of its settings, and nothing ready where it is to keep no spare",
    () =>
      Effect.gen(function* () {
        const { serve } = yield* serveSetting(Redacted.value(yield* testDatabase))
        const { execute, run } = yield* serve({
          ALGA_EXTENSION_RUNNER_LIMIT_RESPONSE_BODY_BYTES: "10",
          ALGA_EXTENSION_RUNNER_SANDBOX_SPARES: "0"
        })
        assert.strictEqual(yield* transpilersOf(run), 0)
        const { error, http } = yield* execute()
        assert.strictEqual(http, 500)
        assert.match(error ?? "", /^execute_failed: .*larger than the limit/)
      }),
    300_000
  )

  it.live(
    "shows pages on a port of their own, and health and metrics on another, and stops all",
    () =>
      Effect.gen(function* () {
        const { executeAt, hash, start } = yield* serveSetting(Redacted.value(yield* testDatabase))
        const run = yield* start({ ALGA_EXTENSION_RUNNER_UI_PORT: "0", ALGA_EXTENSION_RUNNER_HEALTH_PORT: "0" })
        const { health, pages, runner: url } = yield* threeAddresses(run)
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
      }),
    300_000
  )

  it.live(
    "says once that the system has no IPv6, whatever number of ports it has, and serves at each by IPv4",
    () =>
      Effect.gen(function* () {
        const { start } = yield* serveSetting(Redacted.value(yield* testDatabase))
        const settings = { HOST: "::", ALGA_EXTENSION_RUNNER_UI_PORT: "0", ALGA_EXTENSION_RUNNER_HEALTH_PORT: "0" }
        const run = yield* start(settings, withoutIpv6)
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

  it.live(
    "starts without a database only when told to, and is ready once it is there",
    () =>
      Effect.gen(function* () {
        const database = yield* dedicatedServer
        const { serve, start } = yield* serveSetting(database.url)
        yield* database.stop
        const refused = yield* start()
        const out = yield* Effect.promise(() => Array.fromAsync(refused.lines))
        const { code, errors } = yield* Effect.promise(() => refused.ended)
        assert.strictEqual(code, 1)
        assert.include(out.join("\n") + errors, "the database does not answer: check DATABASE_URL")
        const { execute, run, url } = yield* serve({ ALGA_EXTENSION_RUNNER_START_WITHOUT_DATABASE: "on" })
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

  it.live("does not start without a token, and says what to set", () =>
    Effect.gen(function* () {
      const run = yield* program(["serve"], {
        DATABASE_URL: "postgres://localhost:1/none",
        BUNDLE_STORE_BASE: "/nowhere"
      })
      const out = yield* Effect.promise(() => Array.fromAsync(run.lines))
      const { code, errors } = yield* Effect.promise(() => run.ended)
      assert.strictEqual(code, 2)
      assert.include(out.join("\n") + errors, "RUNNER_SERVICE_TOKEN is not set")
    })
  )
})
