import { execFile } from "node:child_process"
import { once } from "node:events"
import { connect, type Socket } from "node:net"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { testDatabase } from "@alga-psa/ext-adapters-pg/testing/TestDatabase"
import { adminCase, executeBody } from "@alga-psa/ext-development-host/DemoCase"
import { assert, describe, it, layer } from "@effect/vitest"
import { Context, Deferred, Effect, Fiber, Layer, Redacted } from "effect"
import { serve } from "../src/commands/serve.ts"
import { askUntil } from "../testing/AskUntil.ts"
import { commandProgram } from "../testing/CommandRun.ts"
import { heldReads } from "../testing/HeldReads.ts"
import { addressOf, serveSetting, token } from "../testing/ServeProgram.ts"
import { temporary } from "../testing/Temporary.ts"
import { installFixture, untilWorking } from "./support/InstallFixture.ts"

const prepared = Effect.gen(function* () {
  const url = Redacted.value(yield* testDatabase)
  return { ...(yield* serveSetting(url)), reads: heldReads(url) }
})

/** One for all tests: none changes what another finds in it. */
class Setting extends Context.Service<Setting, Effect.Success<typeof prepared>>()("callers/Setting") {}

const setting = Layer.effect(Setting, prepared)

layer(setting, { excludeTestServices: true, timeout: 240_000 })("a runner with difficult callers", (it) => {
  it.effect(
    "refuses at once what it has no room for, says when to come again, and serves the next",
    () =>
      Effect.gen(function* () {
        const prepared = yield* Setting
        const { reads } = prepared
        const { change, hash } = yield* installFixture(prepared, "reads", ["cap:client.read"])
        const { execute } = yield* prepared.serveHere({
          ALGA_EXTENSION_RUNNER_SANDBOX_CONCURRENCY: "1",
          ALGA_EXTENSION_RUNNER_SANDBOX_QUEUE_LENGTH: "1"
        })
        const release = yield* reads.hold
        const work = execute({ ...change, path: "/clients" }, hash)
        const first = yield* Effect.forkChild(work, { startImmediately: true })
        yield* reads.waiting(1)
        // One works and one waits: the others are answered while nothing ends.
        const refused: Array<Effect.Success<typeof work>> = []
        const allRefused = yield* Deferred.make<void>()
        const noted = Effect.tap(work, (answer) => {
          if (answer.http === 503) refused.push(answer)
          return refused.length === 4 ? Deferred.succeed(allRefused, undefined) : Effect.void
        })
        const others = yield* Effect.forkChild(
          Effect.all(
            Array.from({ length: 5 }, () => noted),
            { concurrency: "unbounded" }
          )
        )
        yield* Deferred.await(allRefused)
        yield* release
        const answers = [yield* Fiber.join(first), ...(yield* Fiber.join(others))]
        assert.deepStrictEqual(answers.map(({ http }) => http).toSorted(), [200, 200, 503, 503, 503, 503])
        for (const { error, headers } of refused) {
          assert.match(error ?? "", /^overloaded: /)
          assert.strictEqual(headers.get("retry-after"), "1")
        }
        assert.strictEqual((yield* execute()).http, 200)
      }),
    300_000
  )

  it.effect(
    "gives up the execution of a caller who hangs up",
    () =>
      Effect.gen(function* () {
        const prepared = yield* Setting
        const { change, hash } = yield* installFixture(prepared, "loop-forever")
        const { execute, url } = yield* prepared.serveHere()
        const leaving = new AbortController()
        const demoCase = { ...adminCase, ...change }
        const left = fetch(`${url}/v1/execute`, {
          method: "POST",
          signal: leaving.signal,
          headers: {
            "content-type": "application/json",
            "x-runner-service-token": token,
            "x-alga-tenant": demoCase.tenant,
            "x-alga-extension": demoCase.extension
          },
          body: JSON.stringify(executeBody(demoCase, hash))
        }).catch(() => null)
        yield* untilWorking(url)
        leaving.abort()
        assert.isNull(yield* Effect.promise(() => left))
        yield* askUntil(
          Effect.promise(async () => (await fetch(`${url}/metrics`)).text()),
          (text) => /^alga_extension_executions_in_flight 0$/m.test(text)
        )
        assert.strictEqual((yield* execute()).http, 200)
      }),
    300_000
  )

  it.effect(
    "answers while a thousand connections are opened and left, and closes at once what is above its bound",
    () =>
      Effect.gen(function* () {
        const { serveHere } = yield* Setting
        const left = 1_000
        const { execute, url } = yield* serveHere({
          ALGA_EXTENSION_RUNNER_HTTP_CONNECTIONS: String(left + 10),
          ALGA_EXTENSION_RUNNER_HTTP_HEADERS_TIMEOUT: "10 minutes",
          ALGA_EXTENSION_RUNNER_HTTP_REQUEST_TIMEOUT: "10 minutes"
        })
        const { hostname, port } = new URL(url)
        let closed = 0
        let onClose = () => {}
        const open = async () => {
          const socket = connect(Number(port), hostname)
          socket.on("error", () => undefined)
          socket.once("close", () => {
            closed += 1
            onClose()
          })
          await Promise.race([once(socket, "connect"), once(socket, "close")])
          return socket
        }
        const sockets: Array<Socket> = []
        const openMore = (count: number) =>
          Effect.promise(async () => {
            for (let i = 0; i < count; i += 100) sockets.push(...(await Promise.all(Array.from({ length: 100 }, open))))
          })
        yield* openMore(left)
        assert.strictEqual((yield* execute()).http, 200)
        yield* openMore(100)
        yield* Effect.promise(async () => {
          while (closed < 80) {
            await new Promise<void>((resolve) => {
              onClose = resolve
            })
          }
        })
        for (const socket of sockets) socket.destroy()
        const answer = execute().pipe(Effect.catchDefect(() => Effect.succeed(null)))
        const served = yield* askUntil(answer, (given) => given !== null)
        assert.strictEqual(served?.http, 200)
      }),
    300_000
  )
})

describe("the example of the compose file", () => {
  it.live(
    "prepares a database and a store that a runner serves from",
    () =>
      Effect.gen(function* () {
        const url = Redacted.value(yield* testDatabase)
        const folder = yield* temporary
        const script = fileURLToPath(new URL("../../development-host/scripts/prepare.ts", import.meta.url))
        const env = { ...process.env, DATABASE_ADMIN_URL: url, BUNDLE_STORE_BASE: join(folder, "bundles") }
        const { stdout } = yield* Effect.promise(() => promisify(execFile)(process.execPath, [script], { env }))
        const hash = /prepared: sha256:([0-9a-f]{64})/.exec(stdout)?.[1] ?? ""
        const run = yield* commandProgram(serve, ["serve"], {
          DATABASE_URL: url,
          BUNDLE_STORE_BASE: join(folder, "bundles"),
          EXT_CACHE_ROOT: join(folder, "cache"),
          RUNNER_SERVICE_TOKEN_CHECK: "off",
          // It does not fail because the machine is busy.
          ALGA_EXTENSION_RUNNER_LIMIT_TIMEOUT_MS: "300000",
          PORT: "0"
        })
        const address = yield* addressOf(run)
        const response = yield* Effect.promise(() =>
          fetch(`${address}/v1/execute`, {
            method: "POST",
            headers: {
              "content-type": "application/json",
              "x-alga-tenant": adminCase.tenant,
              "x-alga-extension": adminCase.extension
            },
            body: JSON.stringify(executeBody(adminCase, hash))
          })
        )
        assert.strictEqual(response.status, 200)
      }),
    300_000
  )
})
