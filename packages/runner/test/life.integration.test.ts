import { writeFile } from "node:fs/promises"
import { connect } from "node:net"
import { join } from "node:path"
import { testDatabase } from "@alga-psa/ext-adapters-pg/testing/TestDatabase"
import { assert, describe, layer } from "@effect/vitest"
import { Context, Effect, Fiber, Layer, Redacted } from "effect"
import type { ReadinessAnswer } from "../src/Api.ts"
import { heldReads } from "../testing/HeldReads.ts"
import { logged, type Serving, serveSetting, token } from "../testing/ServeProgram.ts"
import { installFixture } from "./support/InstallFixture.ts"
import { rawRequest } from "./support/rawRequest.ts"

/** A setting with an execution that a runner is at work on until it is told to end. */
const prepared = Effect.gen(function* () {
  const url = Redacted.value(yield* testDatabase)
  const serving = yield* serveSetting(url)
  const { change, hash } = yield* installFixture(serving, "reads", ["cap:client.read"])
  const reads = heldReads(url)
  const begin = Effect.fnUntraced(function* ({ execute }: Serving) {
    const release = yield* reads.hold
    const working = yield* Effect.forkChild(execute({ ...change, path: "/clients" }, hash), { startImmediately: true })
    yield* reads.waiting(1)
    return { release, working }
  })
  return { ...serving, begin }
})

/** One for all tests: none changes what is in it. */
class Setting extends Context.Service<Setting, Effect.Success<typeof prepared>>()("life/Setting") {}

const setting = Layer.effect(Setting, prepared)

const patient = { ALGA_EXTENSION_RUNNER_STOP_GRACE: "5 minutes" }

/** Asks again and again on one kept connection, each time at once, until an answer closes it; gives what became of it. */
const keptConnection = (url: string) =>
  Effect.callback<"closed by an answer" | "lost a request">((resume) => {
    const { hostname, port } = new URL(url)
    const ask = `POST /v1/execute HTTP/1.1\r\nhost: x\r\nx-runner-service-token: ${token}\r\ncontent-length: 2\r\n\r\n{}`
    let [received, waiting, told] = ["", true, false]
    const socket = connect(Number(port), hostname, () => socket.write(ask))
    socket.setEncoding("utf8").on("data", (text: string) => {
      received += text
      const head = received.indexOf("\r\n\r\n")
      const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? Number.NaN)
      if (head < 0 || !(received.length >= head + 4 + length)) return
      told = /\r\nconnection: close\r\n/i.test(received.slice(0, head + 4))
      received = ""
      waiting = !told
      if (!told) socket.write(ask)
    })
    socket.on("error", () => undefined)
    socket.on("close", () => resume(Effect.succeed(told && !waiting ? "closed by an answer" : "lost a request")))
  })

/** Starts 12 such connections that a runner has taken. */
const busyOf = Effect.fnUntraced(function* (url: string) {
  const busy = yield* Effect.forkChild(
    Effect.all(
      Array.from({ length: 12 }, () => keptConnection(url)),
      { concurrency: "unbounded" }
    ),
    { startImmediately: true }
  )
  yield* Effect.promise(() => fetch(`${url}/healthz`))
  return busy
})

layer(setting, { excludeTestServices: true, timeout: 240_000 })((it) => {
  describe("a runner that is told to stop", () => {
    it.effect(
      "finishes what it works on, answers every request of 12 busy connections, closes each by an answer, and exits with 0",
      () =>
        Effect.gen(function* () {
          const { begin, serve } = yield* Setting
          const serving = yield* serve(patient)
          const { run, url } = serving
          // While it works on something, it waits for the requests of the others.
          const { release, working } = yield* begin(serving)
          const busy = yield* busyOf(url)
          const ended = run.end("SIGTERM")
          assert.deepStrictEqual(new Set(yield* Fiber.join(busy)), new Set(["closed by an answer"]))
          yield* logged(run, "the runner stops")
          const ready = yield* Effect.promise(() => fetch(`${url}/readyz`))
          const { checks } = (yield* Effect.promise(() => ready.json())) as typeof ReadinessAnswer.Type
          assert.deepStrictEqual([ready.status, checks["accepting"]], [503, "unavailable"])
          // What finds no route, and what is refused before one is looked for, is closed by its answer too.
          for (const [request, status] of [
            ["GET /absent HTTP/1.1", 404],
            ["GET /%zz HTTP/1.1", 404],
            ["POST /warmup HTTP/1.1\r\norigin: https://a.example", 403]
          ] as const) {
            const head = `${request}\r\nhost: x\r\ncontent-length: 0\r\n\r\n`
            const answer = yield* rawRequest(url, head)
            assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} [^]*\r\nconnection: close\r\n`, "i"), request)
          }
          yield* release
          assert.deepStrictEqual((yield* Fiber.join(working)).http, 200)
          assert.strictEqual(yield* Effect.promise(() => ended), 0)
        }),
      300_000
    )

    it.effect(
      "does so after a delay, and where signals go to all processes of its group",
      () =>
        Effect.gen(function* () {
          const { begin, serveBy } = yield* Setting
          const grouped = serveBy(["/usr/bin/setsid", process.execPath])
          const serving = yield* grouped({ ...patient, ALGA_EXTENSION_RUNNER_STOP_DELAY: "250 millis" })
          const { run, url } = serving
          const { release, working } = yield* begin(serving)
          const busy = yield* busyOf(url)
          for (const signal of ["SIGHUP", "SIGUSR1", "SIGTERM"]) process.kill(-run.pid, signal)
          assert.deepStrictEqual(new Set(yield* Fiber.join(busy)), new Set(["closed by an answer"]))
          yield* logged(run, "the runner stops")
          yield* release
          assert.strictEqual((yield* Fiber.join(working)).http, 200)
          assert.strictEqual((yield* Effect.promise(() => run.ended)).code, 0)
        }),
      300_000
    )

    it.effect(
      "cuts what takes longer than its grace time, with an answer that says so",
      () =>
        Effect.gen(function* () {
          const { begin, serveHere } = yield* Setting
          const serving = yield* serveHere({
            ALGA_EXTENSION_RUNNER_STOP_GRACE: "1 second",
            ALGA_EXTENSION_RUNNER_STOP_DELAY: "1 second"
          })
          const { run } = serving
          const { working } = yield* begin(serving)
          const ended = run.end("SIGTERM")
          const cut = yield* Fiber.join(working)
          assert.strictEqual(cut.http, 503)
          assert.strictEqual(cut.error, "shutting_down: the runner stopped before the extension answered")
          assert.strictEqual(yield* Effect.promise(() => ended), 0)
        }),
      300_000
    )
  })

  describe("a runner under way", () => {
    it.effect("reads its tokens again on SIGHUP, under load, and refuses nobody who has one of them", () =>
      Effect.gen(function* () {
        const { folder, serve } = yield* Setting
        const [before, after] = ["the-token-before", "the-token-after-it"]
        const file = join(folder, "runner.json")
        const write = (settings: object) => Effect.promise(() => writeFile(file, JSON.stringify(settings)))
        yield* write({ RUNNER_SERVICE_TOKEN: before })
        const { execute, run } = yield* serve({ RUNNER_SERVICE_TOKEN: "", ALGA_EXTENSION_RUNNER_CONFIG: file })
        const by = (proof: string) =>
          Effect.map(execute({}, undefined, { "x-runner-service-token": proof }), ({ http }) => http)
        assert.deepStrictEqual([yield* by(before), yield* by(after)], [200, 401])
        const load = yield* Effect.forkChild(
          Effect.all(
            Array.from({ length: 40 }, () => by(before)),
            { concurrency: 4 }
          ),
          { startImmediately: true }
        )
        yield* write({ RUNNER_SERVICE_TOKEN: after, RUNNER_SERVICE_TOKEN_PREVIOUS: before })
        run.signal("SIGHUP")
        yield* logged(run, "the service tokens were read again")
        assert.deepStrictEqual([yield* by(before), yield* by(after)], [200, 200])
        assert.isTrue((yield* Fiber.join(load)).every((status) => status === 200))
        for (const useless of ["{", '{ "RUNNER_SERVICE_TOKEN_CHECK": "off" }']) {
          yield* Effect.promise(() => writeFile(file, useless))
          run.signal("SIGHUP")
          yield* logged(run, "the service tokens stay: the settings cannot be read again")
          assert.deepStrictEqual([yield* by(before), yield* by(after)], [200, 200])
        }
        yield* write({ RUNNER_SERVICE_TOKEN: after })
        run.signal("SIGHUP")
        yield* logged(run, "the service tokens were read again")
        assert.deepStrictEqual([yield* by(before), yield* by(after)], [401, 200])
        yield* write({ RUNNER_SERVICE_TOKEN_CHECK: "off" })
        run.signal("SIGHUP")
        yield* logged(run, "the service tokens stay: the settings cannot be read again")
        assert.deepStrictEqual([yield* by(before), yield* by(after)], [401, 200])
      })
    )

    it.effect("gives up on callers that send slowly or half, and serves the others", () =>
      Effect.gen(function* () {
        const { serveHere } = yield* Setting
        const { execute, url } = yield* serveHere({
          ALGA_EXTENSION_RUNNER_HTTP_HEADERS_TIMEOUT: "6 seconds",
          ALGA_EXTENSION_RUNNER_HTTP_REQUEST_TIMEOUT: "6 seconds"
        })
        const head = `POST /v1/execute HTTP/1.1\r\nhost: x\r\nx-runner-service-token: ${token}\r\n`
        const slow = [
          rawRequest(url, "GET /healthz HTTP/1.1\r\nhost"),
          rawRequest(url, `${head}content-type: application/json\r\ncontent-length: 100\r\n\r\n{`)
        ]
        const [started, half] = yield* Effect.all([...slow, execute()], { concurrency: "unbounded" })
        assert.match(String(started), /^HTTP\/1\.1 408 /)
        assert.match(String(half), /^HTTP\/1\.1 408 |^$/)
        assert.strictEqual((yield* execute()).http, 200)
      })
    )

    it.effect("shares its port with another of the same", () =>
      Effect.gen(function* () {
        const { serveHere } = yield* Setting
        const first = yield* serveHere({ ALGA_EXTENSION_RUNNER_HTTP_REUSE_PORT: "on" })
        const { port } = new URL(first.url)
        const second = yield* serveHere({ ALGA_EXTENSION_RUNNER_HTTP_REUSE_PORT: "on", PORT: port })
        assert.strictEqual((yield* first.execute()).http, 200)
        yield* Effect.promise(() => first.run.end("SIGTERM"))
        assert.strictEqual((yield* second.execute()).http, 200)
      })
    )
  })
})
