import { dedicatedServer } from "@alga-psa/ext-adapters-pg/testing/ServerBinaries"
import { ownLoopback } from "@alga-psa/ext-runner/testing/Loopback"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import {
  type Attempt,
  assertOnce,
  attemptsOf,
  atWork,
  connected,
  everywhere,
  failures,
  forPeers,
  inFlight,
  keep,
  metrics,
  route,
  settled
} from "./support/ClusterLoad.ts"
import {
  clusterSetting,
  fewProcesses,
  fixture,
  type Install,
  peerPort,
  type Runner,
  soonGone,
  until
} from "./support/ClusterSetting.ts"
import { gate } from "./support/Gate.ts"

/** An execution that goes on while reads are held. */
const reading = "/clients"

/** Some hundred milliseconds of work. */
const long = "/800000"

/** Runners whose loss the others see soon. Where the machine is too busy to renew a lease in that time, its attempt is lost too. */
const settings = { ...soonGone, ...fewProcesses, ALGA_EXTENSION_RUNNER_TRIGGER_ATTEMPTS: "100" }

/** Has a trigger kept for each install, by each runner in turn. */
const keepAll = (runners: ReadonlyArray<Runner>, installs: ReadonlyArray<Install>, path: string, name: string) =>
  Effect.forEach(installs, (install, index) =>
    keep(runners[index % runners.length] as Runner, install, path, `${name}-${index}`)
  )

/** Asks each for each install; gives these runners with the one last that most of the installs live on. */
const byInstalls = Effect.fnUntraced(function* (runners: ReadonlyArray<Runner>, installs: ReadonlyArray<Install>) {
  yield* everywhere(runners, installs)
  const here = yield* Effect.promise(() => metrics(runners, route("here")))
  const most = here.indexOf(Math.max(...here))
  return [...runners.filter((_, index) => index !== most), ...runners.slice(most, most + 1)]
})

const allDone = (runner: Runner, where: ReadonlyArray<string>) =>
  until(async () => {
    const states = await Promise.all(where.map(async (path) => (await runner.get(path)).json["state"]))
    return states.every((state) => state === "done")
  })

describe("a cluster of several runners", () => {
  it.live(
    "serves on both sides of a partition and after a restart of PostgreSQL, fails clearly what a killed runner worked on, and does every trigger once",
    () =>
      Effect.gen(function* () {
        const database = yield* dedicatedServer
        const setting = yield* clusterSetting(database.url)
        const installed = (count: number, archive: Uint8Array) =>
          Effect.forEach(Array.from({ length: count }), () => setting.install(archive, ["cap:client.read"]))
        const installs = yield* installed(6, yield* fixture("reads"))
        const working = yield* installed(3, yield* fixture("steps"))
        const start = Effect.gen(function* () {
          const [host, listen] = [ownLoopback(), ownLoopback()]
          const door = yield* gate(peerPort, host, listen)
          const runner = yield* setting.start({
            ...settings,
            ALGA_EXTENSION_RUNNER_CLUSTER_HOST: host,
            ALGA_EXTENSION_RUNNER_CLUSTER_LISTEN: listen,
            ALGA_EXTENSION_RUNNER_TRIGGER_CONCURRENCY: "2"
          })
          return { door, runner }
        })
        const cluster = yield* Effect.all([start, start, start], { concurrency: 3 })
        const doors = cluster.map(({ door }) => door)
        yield* settled(cluster.map(({ runner }) => runner))
        const runners = yield* byInstalls(
          cluster.map(({ runner }) => runner),
          installs
        )
        const [first, second, third] = runners as [Runner, Runner, Runner]

        const goOn = yield* setting.holdReads
        const before = yield* keepAll(runners, installs, reading, "before")
        yield* atWork(setting.rows<Attempt>, third)
        yield* Effect.promise(() => Promise.all(doors.map(({ shut }) => shut())))
        assert.deepStrictEqual(failures(yield* everywhere(runners, installs)), [])
        const during = yield* keepAll(runners, installs, reading, "during")
        yield* goOn
        yield* allDone(first, [...before, ...during])
        yield* Effect.promise(() => Promise.all(doors.map(({ open }) => open())))
        yield* settled(runners)
        yield* connected(runners, installs)

        const restarted = yield* keepAll(runners, working, long, "restart")
        yield* database.stop
        const answers = yield* everywhere(runners, installs)
        assert.strictEqual(failures(answers).length, answers.length)
        yield* database.start
        yield* until(async () => failures(await Effect.runPromise(everywhere(runners, installs))).length === 0)
        yield* allDone(first, restarted)
        yield* settled(runners)
        yield* connected(runners, installs)
        assert.deepStrictEqual(yield* Effect.promise(() => metrics(runners, inFlight)), [0, 0, 0])

        const goOnAgain = yield* setting.holdReads
        const asked = yield* Effect.forkChild(everywhere([first, second], installs, reading))
        yield* until(async () => (await third.metric(forPeers)) > 0)
        const kept = yield* keepAll([first, second], installs, reading, "killed")
        yield* atWork(setting.rows<Attempt>, third)
        yield* Effect.promise(() => third.run.end("SIGKILL"))
        yield* goOnAgain
        const said = failures(yield* Fiber.join(asked)).map((json) => (typeof json === "string" ? json : json["error"]))
        assert.isAbove(said.length, 0)
        for (const error of said) {
          assert.strictEqual(error, "runner_lost: the runner that carried it out was lost before it answered")
        }
        assert.deepStrictEqual(failures(yield* everywhere([first, second], installs)), [])
        yield* allDone(first, kept)

        // No runner keeps answers by their keys here: the kept triggers alone know them.
        const [install] = installs as [Install, ...ReadonlyArray<Install>]
        assert.strictEqual(yield* keep(second, install, reading, "killed-0"), kept[0])
        const { hash, ...change } = install
        const other = yield* Effect.promise(() =>
          second.execute({ ...change, user: null, trigger: "schedule", path: "/" }, hash, {
            prefer: "respond-async",
            "x-idempotency-key": "killed-0"
          })
        )
        assert.deepStrictEqual(
          [other?.http, other?.json["error"]],
          [422, "idempotency_mismatch: the key belongs to another request"]
        )

        const attempts = yield* setting.rows<Attempt>(attemptsOf)
        assertOnce(attempts, [before, during, restarted, kept].flat().length)
        const ofKilled = attempts.filter(({ trigger }) => kept.some((where) => where.endsWith(trigger)))
        assert.isAbove(ofKilled.length, kept.length)
      }),
    300_000
  )
})
