import { readFile } from "node:fs/promises"
import { testDatabase } from "@alga-psa/ext-adapters-pg/testing/TestDatabase"
import { assert, describe, layer } from "@effect/vitest"
import { Context, Effect, Fiber, Layer, Redacted } from "effect"
import type { ReadinessAnswer } from "../src/Api.ts"
import { askUntil } from "../testing/AskUntil.ts"
import { heldReads } from "../testing/HeldReads.ts"
import { serveSetting } from "../testing/ServeProgram.ts"
import { temporary } from "../testing/Temporary.ts"
import { installFixture, untilReady } from "./support/InstallFixture.ts"
import { credentials, objectStore } from "./support/ObjectStore.ts"

/** With an extension whose executions go on while reads are held. */
const prepared = Effect.gen(function* () {
  const url = Redacted.value(yield* testDatabase)
  const serving = yield* serveSetting(url)
  const { change, hash } = yield* installFixture(serving, "reads", ["cap:client.read"])
  // A program whose clock jumps when it is told to.
  const clock = new URL("./support/jumpingClock.ts", import.meta.url)
  const runner = yield* serving.serve({
    NODE_OPTIONS: `--import ${clock.href}`,
    ALGA_EXTENSION_RUNNER_SANDBOX_SPARES: "1"
  })
  return { ...serving, runner, reads: heldReads(url), change: { ...change, path: "/clients" }, readsHash: hash }
})

/** One for all tests, with a runner for the faults of a process: those that change what is in the cache have one of their own. */
class Setting extends Context.Service<Setting, Effect.Success<typeof prepared>>()("hostFaults/Setting") {}

const setting = Layer.effect(Setting, prepared)

/** The processes that a process has started and that live. */
const childrenOf = (pid: number): Promise<ReadonlyArray<number>> =>
  readFile(`/proc/${pid}/task/${pid}/children`, "utf8").then((text) => text.split(" ").filter(Boolean).map(Number))

/** Ends these processes with SIGKILL; some may have ended by themselves meanwhile. */
const killAll = (pids: ReadonlyArray<number>): void => {
  for (const pid of pids) {
    try {
      process.kill(pid, "SIGKILL")
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error
    }
  }
}

/** Ends what a process has started, and waits until it knows of each that it is gone. */
const killChildren = (pid: number) =>
  Effect.promise(async () => {
    const killed = await childrenOf(pid)
    killAll(killed)
    while ((await childrenOf(pid)).some((child) => killed.includes(child)));
  })

const readiness = (url: string) =>
  Effect.promise(async () => {
    const response = await fetch(`${url}/readyz`)
    return { ...((await response.json()) as typeof ReadinessAnswer.Type), http: response.status }
  })

const metricsOf = (url: string) => Effect.promise(async () => (await fetch(`${url}/metrics`)).text())

const sumOf = (metrics: string, name: string): number =>
  [...metrics.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (.+)$`, "gm"))].reduce(
    (sum, [, value]) => sum + Number(value),
    0
  )

layer(setting, { excludeTestServices: true, timeout: 240_000 })((it) => {
  describe("a runner whose processes are killed by the system", () => {
    it.effect(
      "says that the extension's process ended, and serves the next request, also where all of them go",
      () =>
        Effect.gen(function* () {
          const { change, reads, readsHash, runner } = yield* Setting
          const { execute, run, url } = runner
          const release = yield* reads.hold
          const working = yield* Effect.forkChild(execute(change, readsHash), { startImmediately: true })
          yield* reads.waiting(1)
          yield* killChildren(run.pid)
          const answer = yield* Fiber.join(working)
          assert.deepStrictEqual(
            [answer.http, answer.error],
            [500, "execute_failed: crashed: the extension's process ended unexpectedly"]
          )
          yield* release
          yield* killChildren(run.pid)
          assert.strictEqual((yield* execute()).http, 200)
          yield* untilReady(url)
        }),
      300_000
    )
  })

  describe("a runner whose disk takes nothing more", () => {
    it.effect(
      "runs what it had accepted, fails what is new with an error of its own, and accepts that when there is room",
      () =>
        Effect.gen(function* () {
          const prepared = yield* Setting
          const store = yield* objectStore
          const env = {
            EXT_CACHE_ROOT: yield* temporary,
            BUNDLE_STORE_BASE: store.base,
            AWS_ACCESS_KEY_ID: credentials.accessKeyId,
            AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
            AWS_REGION: credentials.region
          }
          yield* prepared.publishTo(store.objects)
          const before = yield* prepared.serveHere(env)
          assert.strictEqual((yield* before.execute()).http, 200)
          yield* Effect.promise(() => before.run.end("SIGTERM"))

          const { change, hash } = yield* installFixture(prepared, "trap")
          yield* prepared.publishTo(store.objects)
          const full = yield* prepared.serveFull(env)
          const refused = yield* full.execute(change, hash)
          assert.deepStrictEqual([refused.http, refused.error], [500, "internal"])
          assert.strictEqual((yield* full.execute()).http, 200)
          yield* Effect.promise(() => full.run.end("SIGTERM"))

          const after = yield* prepared.serveHere(env)
          const trap = yield* after.execute(change, hash)
          assert.strictEqual(trap.error, "execute_failed: trap: the extension stopped with an error")
        }),
      300_000
    )
  })

  describe("a runner whose clock jumps", () => {
    it.effect(
      "keeps its deadlines, its measures and its answers, a day ahead and a day behind",
      () =>
        Effect.gen(function* () {
          const { change, reads, readsHash, runner } = yield* Setting
          const { execute, run, url } = runner
          yield* execute()
          const timeout_ms = 6_000
          const own = { config: {}, secret_envelope: null, limits: { timeout_ms } }
          for (const direction of ["ahead", "behind"]) {
            // The deadline covers the intake and the start of a process too, which is not what this is about.
            assert.strictEqual((yield* execute({ ...change, path: "/" }, readsHash)).http, 200, direction)
            const release = yield* reads.hold
            const started = performance.now()
            const working = yield* Effect.forkChild(execute(change, readsHash, {}, own), { startImmediately: true })
            // On a machine that stands still its time may be over before anybody sees it at work.
            yield* Effect.raceFirst(reads.waiting(1), Fiber.await(working))
            run.signal("SIGUSR2")
            const timedOut = yield* Fiber.join(working)
            assert.match(timedOut.error ?? "", /^execute_failed: timeout: /, direction)
            assert.isAtLeast(performance.now() - started, timeout_ms, direction)
            yield* release
            assert.strictEqual((yield* execute()).http, 200, direction)
            yield* untilReady(url)
          }
          const metrics = yield* metricsOf(url)
          for (const name of ["execution_duration", "host_call_duration", "sandbox_wait", "database_statement"]) {
            const seconds = sumOf(metrics, `alga_extension_${name}_seconds_sum`)
            assert.isAbove(seconds, 0, name)
            assert.isBelow(seconds, 3_600, name)
          }
        }),
      300_000
    )
  })

  describe("a runner whose store is in trouble", () => {
    it.effect(
      "says that the bundle cannot be fetched while the store is away, slow or corrupt, and serves once it is well",
      () =>
        Effect.gen(function* () {
          const prepared = yield* Setting
          const store = yield* objectStore
          yield* prepared.publishTo(store.objects)
          const { execute, url } = yield* prepared.serveHere({
            EXT_CACHE_ROOT: yield* temporary,
            BUNDLE_STORE_BASE: store.base,
            BUNDLE_STORE_TIMEOUT: "8 seconds",
            AWS_ACCESS_KEY_ID: credentials.accessKeyId,
            AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
            AWS_REGION: credentials.region
          })
          const fetched = Effect.map(execute(), ({ error, http }) => [http, error])
          const unavailable = [502, "bundle_fetch_failed: the bundle store is unavailable"]
          store.trouble = (request) => void request.socket.destroy()
          assert.deepStrictEqual(yield* fetched, unavailable)
          // What was found when it started is told for a second, a process of its sandbox may still be starting then, and a check is
          // given up where a busy machine takes two seconds for it.
          const told = yield* askUntil(
            readiness(url),
            ({ checks: { store, ...others } }) =>
              store === "unavailable" && Object.values(others).every((state) => state === "ok")
          )
          // What it has goes on, so it must not leave the balancer.
          assert.deepInclude(told, { http: 200, status: "degraded" })
          const part = (name: string, value: number) => `alga_extension_runner_part_ok{part="${name}"} ${value}\n`
          yield* askUntil(
            metricsOf(url),
            (text) => text.includes(part("store", 0)) && text.includes(part("database", 1))
          )
          store.trouble = (_, response) => void response.writeHead(200).write("a")
          assert.deepStrictEqual(yield* fetched, unavailable)
          store.trouble = (_, response) => void response.end("not the archive")
          assert.deepStrictEqual(yield* fetched, [
            502,
            "bundle_fetch_failed: the archive's bytes do not have this content hash"
          ])
          store.trouble = null
          assert.deepStrictEqual(yield* fetched, [200, undefined])
          store.trouble = (request) => void request.socket.destroy()
          assert.deepStrictEqual(yield* fetched, [200, undefined])
        }),
      300_000
    )
  })
})
