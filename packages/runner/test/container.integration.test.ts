import { readdirSync, readFileSync } from "node:fs"
import { ids } from "@alga-psa/ext-adapters-memory"
import { testDatabase } from "@alga-psa/ext-adapters-pg/testing/TestDatabase"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Redacted } from "effect"
import { sha256 } from "../testing/Archive.ts"
import { buildFixture, installed } from "../testing/Extensions.ts"
import { addressOf, serveSetting } from "../testing/ServeProgram.ts"
import { controlGroup } from "./support/ControlGroup.ts"
import { untilReady } from "./support/InstallFixture.ts"
import { tellForm } from "./support/tellForm.ts"

const limits = { memoryMb: 1_024, pids: 128 }
const installs = 8

/** Where this user may make no control group, the runner is told what such a container would have it find. */
const asInContainer = {
  ALGA_EXTENSION_RUNNER_SANDBOX_MEMORY_MB: "332",
  ALGA_EXTENSION_RUNNER_SANDBOX_PROCESSES: "10"
}

interface Stat {
  readonly pid: number
  readonly parent: number
  readonly ownMb: number
  readonly threads: number
}

const numberIn = (status: string, name: string): number =>
  Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0)

/** A process and its children, as the system sees them at this moment. */
const family = (pid: number): ReadonlyArray<Stat> =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const status = readFileSync(`/proc/${name}/status`, "utf8")
        return [
          {
            pid: Number(name),
            parent: numberIn(status, "PPid"),
            ownMb: (numberIn(status, "RssAnon") + numberIn(status, "RssShmem")) / 1_024,
            threads: numberIn(status, "Threads")
          }
        ]
      } catch {
        return []
      }
    })
    .filter((process) => process.pid === pid || process.parent === pid)

/** What a request may be told where there is little: nothing of it is a fault of the runner. */
const answers = /^(200|500 execute_failed: (memory-limit|timeout): .*|503 overloaded(: .*)?)$/

describe("a runner in a container of 1 GiB and 128 process ids, whose settings ask for 64 executions at the same time", () => {
  it.live(
    "lives through guests that fill far more than there is, with memory and process ids to spare, and serves the next request",
    () =>
      Effect.gen(function* () {
        const url = yield* testDatabase
        const { load, start, store, ...prepared } = yield* serveSetting(Redacted.value(url))
        const archive = yield* Effect.promise(() => buildFixture("steps"))
        const hash = sha256(archive)
        const all = Array.from({ length: installs }, () => installed(hash))
        for (const { extension, rows } of all) {
          yield* load(rows)
          yield* store({ tenant: ids.tenants.acme, extension, hash }, archive)
        }
        const group = yield* controlGroup(limits)
        tellForm(
          group !== null,
          "the runner is in a control group",
          "the runner is told what a control group would allow"
        )
        const run = yield* start(
          {
            ALGA_EXTENSION_RUNNER_SANDBOX_CONCURRENCY: "64",
            ALGA_EXTENSION_RUNNER_SANDBOX_CONCURRENCY_PER_TENANT: "64",
            ALGA_EXTENSION_RUNNER_SANDBOX_SPARES: "1",
            ALGA_EXTENSION_RUNNER_SANDBOX_LOADED_SPARES: "4",
            ...(group === null ? asInContainer : {})
          },
          group ?? undefined
        )
        const address = yield* addressOf(run)
        const execute = prepared.executeAt(address)

        let [mostMb, mostThreads] = [0, 0]
        const look = Effect.sync(() => {
          const found = family(run.pid)
          mostMb = Math.max(
            mostMb,
            found.reduce((sum, { ownMb }) => sum + ownMb, 0)
          )
          mostThreads = Math.max(
            mostThreads,
            found.reduce((sum, { threads }) => sum + threads, 0)
          )
        })
        const looking = yield* Effect.forkChild(Effect.forever(Effect.delay(look, "20 millis")))

        const ask = ({ extension, install }: (typeof all)[number], mebibytes: number) =>
          Effect.map(execute({ extension, install, path: `/1000000/${mebibytes}` }, hash), ({ error, http }) =>
            [String(http), error].filter((text) => text !== undefined).join(" ")
          )
        const told = yield* Effect.forEach(all, (one, index) => ask(one, index % 4 === 0 ? 1 : 180), {
          concurrency: "unbounded"
        })
        yield* Fiber.interrupt(looking)

        for (const answer of told) assert.match(answer, answers)
        assert.include(told, "200")
        yield* untilReady(address)
        assert.strictEqual(yield* ask(all[1] as (typeof all)[number], 1), "200")
        assert.isAbove(mostMb, 0)
        assert.isAbove(mostThreads, 1)
        assert.isBelow(mostMb, limits.memoryMb)
        assert.isAtMost(mostThreads, limits.pids)
        assert.strictEqual(yield* Effect.promise(() => run.end("SIGTERM")), 0)
      }),
    300_000
  )
})
