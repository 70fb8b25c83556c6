import { dedicatedServer } from "@alga-psa/ext-adapters-pg/testing/ServerBinaries"
import { testDatabase } from "@alga-psa/ext-adapters-pg/testing/TestDatabase"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Redacted } from "effect"
import {
  type Attempt,
  assertOnce,
  attemptsOf,
  everywhere,
  failures,
  forPeers,
  inFlight,
  keep,
  metrics,
  settled
} from "./support/ClusterLoad.ts"
import { clusterSetting, fixture, type Install, type Runner, until } from "./support/ClusterSetting.ts"
import { gate } from "./support/Gate.ts"

/** Some hundred milliseconds of work. */
const long = "/800000"

/** A second or so of it. */
const longer = "/5000000"

/** A cluster's setting with six installs. */
const three = Effect.fnUntraced(function* (databaseUrl: string) {
  const setting = yield* clusterSetting(databaseUrl)
  const archive = yield* fixture("steps")
  const made = yield* Effect.forEach(Array.from({ length: 6 }), () => setting.install(archive))
  return { setting, installs: made }
})

/** Has a long trigger kept for each install, by each runner in turn. */
const keepAll = (runners: ReadonlyArray<Runner>, installs: ReadonlyArray<Install>, name: string) =>
  Effect.forEach(installs, (install, index) =>
    keep(runners[index % runners.length] as Runner, install, long, `${name}-${index}`)
  )

const allDone = (runner: Runner, where: ReadonlyArray<string>) =>
  until(async () => {
    const states = await Promise.all(where.map(async (path) => (await runner.get(path)).json["state"]))
    return states.every((state) => state === "done")
  })

describe("a cluster of three runners", () => {
  it.live(
    "serves on both sides of a partition, fails clearly what a killed runner worked on, and does every trigger once",
    () =>
      Effect.gen(function* () {
        const { installs, setting } = yield* three(Redacted.value(yield* testDatabase))
        const start = Effect.gen(function* () {
          const port = yield* setting.freePort
          const door = yield* gate(port)
          const runner = yield* setting.start({
            ALGA_EXTENSION_RUNNER_CLUSTER_PORT: String(port),
            ALGA_EXTENSION_RUNNER_CLUSTER_LISTEN: "127.0.0.2"
          })
          return { door, runner }
        })
        const cluster = yield* Effect.all([start, start, start], { concurrency: 3 })
        const doors = cluster.map(({ door }) => door)
        const runners = cluster.map(({ runner }) => runner)
        const [first, second, third] = runners as [Runner, Runner, Runner]
        yield* settled(runners)
        yield* everywhere(runners, installs)

        const before = yield* keepAll(runners, installs, "before")
        yield* Effect.promise(() => Promise.all(doors.map(({ shut }) => shut())))
        assert.deepStrictEqual(failures(yield* everywhere(runners, installs)), [])
        const during = yield* keepAll(runners, installs, "during")
        yield* allDone(first, [...before, ...during])
        yield* Effect.promise(() => Promise.all(doors.map(({ open }) => open())))
        yield* settled(runners)

        const asked = yield* Effect.forkChild(everywhere([first, second], installs, longer))
        yield* until(async () => (await third.metric(forPeers)) > 0)
        const kept = yield* keepAll([first, second], installs, "killed")
        yield* until(async () =>
          (await Effect.runPromise(setting.rows<Attempt>(attemptsOf))).some(
            ({ ended_at, runner }) => ended_at === null && runner.endsWith(`:${third.port}`)
          )
        )
        yield* Effect.promise(() => third.run.end("SIGKILL"))
        const said = failures(yield* Fiber.join(asked)).map((json) => (typeof json === "string" ? json : json["error"]))
        assert.isAbove(said.length, 0)
        for (const error of said) {
          assert.strictEqual(error, "runner_lost: the runner that carried it out was lost before it answered")
        }
        assert.deepStrictEqual(failures(yield* everywhere([first, second], installs)), [])
        yield* allDone(first, kept)

        const attempts = yield* setting.rows<Attempt>(attemptsOf)
        const triggers = before.length + during.length + kept.length
        assertOnce(attempts, triggers)
        assert.isAbove(attempts.length, triggers)
      }),
    60_000
  )

  it.live(
    "loses no trigger while PostgreSQL is restarted, and works again",
    () =>
      Effect.gen(function* () {
        const database = yield* dedicatedServer
        const { installs, setting } = yield* three(database.url)
        const runners = yield* Effect.all([setting.start(), setting.start(), setting.start()], { concurrency: 3 })
        yield* settled(runners)
        yield* everywhere(runners, installs)
        const where = yield* keepAll(runners, installs, "restart")
        yield* database.stop
        const answers = yield* everywhere(runners, installs)
        assert.strictEqual(failures(answers).length, answers.length)
        yield* database.start
        yield* until(async () => failures(await Effect.runPromise(everywhere(runners, installs))).length === 0)
        yield* allDone(runners[0] as Runner, where)
        assertOnce(yield* setting.rows<Attempt>(attemptsOf), where.length)
        yield* settled(runners)
        assert.deepStrictEqual(yield* Effect.promise(() => metrics(runners, inFlight)), [0, 0, 0])
      }),
    90_000
  )
})
