import { assert } from "@effect/vitest"
import { Effect, Equal, Fiber, HashRing } from "effect"
import type { RunnerAddress } from "effect/cluster/RunnerAddress"
import { shards as allShards } from "../../src/ClusterOptions.ts"
import { type Install, type Runner, until } from "./ClusterSetting.ts"

/** Executions asked of a runner that ran here, elsewhere, or were lost. */
export const route = (name: "here" | "elsewhere" | "lost") =>
  new RegExp(`^alga_extension_cluster_executions_total\\{route="${name}"\\} (\\d+)$`, "m")

/** Shards whose locks a runner holds. */
export const shards = /^alga_extension_cluster_shards (\d+)$/m

/** Executions that a runner has not answered yet. */
export const inFlight = /^alga_extension_executions_in_flight (\d+)$/m

/** Executions that a runner carries out for others. */
export const forPeers = /^alga_extension_cluster_peer_executions_in_flight (\d+)$/m

/** A metric of each of these runners. */
export const metrics = (runners: ReadonlyArray<Runner>, line: RegExp) =>
  Promise.all(runners.map(({ metric }) => metric(line)))

/** Runners that a runner hands requests to, itself among them. */
const reachable = /^alga_extension_cluster_runners (\d+)$/m

/** How many shards each of these has once all that are to move have moved. */
export const sharesOf = (runners: ReadonlyArray<Pick<Runner, "address">>): ReadonlyArray<number> => {
  const ring = HashRing.addMany(
    HashRing.make<RunnerAddress>(),
    runners.map(({ address }) => address)
  )
  const owners = HashRing.getShards(ring, allShards) ?? []
  return runners.map(({ address }) => owners.filter((owner) => Equal.equals(owner, address)).length)
}

/** Waits until these runners hand requests to each other, and own all shards among them, each its own ones. */
export const settled = (runners: ReadonlyArray<Runner>) => {
  const shares = sharesOf(runners)
  return until(async () => {
    const owned = await metrics(runners, shards)
    if (owned.some((count, at) => count !== shares[at])) return false
    return (await metrics(runners, reachable)).every((count) => count === runners.length)
  })
}

/** The sum of these counts. */
export const sum = (counts: ReadonlyArray<number>): number => counts.reduce((total, count) => total + count, 0)

/**
 * Waits until each of these runners has a connection to each other: it asks each for each install, one after the other, until all ran
 * where their installs live. Where a connection takes too long on a busy machine, what it is for runs elsewhere.
 */
export const connected = (runners: ReadonlyArray<Runner>, installs: ReadonlyArray<Install>) => {
  const handedOn = async () => sum(await metrics(runners, route("elsewhere")))
  return until(async () => {
    const before = await handedOn()
    for (const { execute } of runners) {
      for (const { hash, ...change } of installs) await execute({ ...change, path: "/" }, hash)
    }
    return (await handedOn()) - before === installs.length * (runners.length - 1)
  })
}

/** Asks each runner for each install. */
export const everywhere = (runners: ReadonlyArray<Runner>, installs: ReadonlyArray<Install>, path = "/") =>
  Effect.promise(() =>
    Promise.all(
      runners.flatMap(({ execute }) => installs.map(({ hash, ...change }) => execute({ ...change, path }, hash)))
    )
  )

/** Answers of executions. */
export type Answers = Effect.Success<ReturnType<typeof everywhere>>

/** What was said by answers that are not 200. */
export const failures = (answers: Answers) =>
  answers.flatMap((answer) => (answer?.http === 200 ? [] : [answer?.json ?? "no answer"]))

/** Keeps these runners busy with every install until told to stop; gives all answers. */
export const load = Effect.fnUntraced(function* (
  runners: ReadonlyArray<Runner>,
  installs: ReadonlyArray<Install>,
  path: string
) {
  const answers: Array<Answers[number]> = []
  let going = true
  const caller = async (runner: Runner, from: number) => {
    for (let turn = from; going; turn++) {
      const { hash, ...change } = installs[turn % installs.length] as Install
      answers.push(await runner.execute({ ...change, path }, hash))
    }
  }
  const callers = yield* Effect.forkChild(Effect.promise(() => Promise.all(runners.map(caller))))
  return {
    answers,
    more: (count: number) => {
      const enough = answers.length + count
      return until(async () => answers.length >= enough)
    },
    stop: Effect.andThen(
      Effect.sync(() => {
        going = false
      }),
      Fiber.join(callers)
    )
  }
})

/** Has a schedule's execution kept; gives where it can be asked for. */
export const keep = (runner: Runner, { hash, ...change }: Install, path: string, key: string) =>
  Effect.promise(async () => {
    const answer = await runner.execute({ ...change, user: null, trigger: "schedule", path }, hash, {
      prefer: "respond-async",
      "x-idempotency-key": key
    })
    assert.strictEqual(answer?.http, 202)
    return String(answer?.headers.get("location"))
  })

/** Every attempt that was begun, in order. */
export const attemptsOf = `
  SELECT trigger_id::text AS trigger, runner, outcome, started_at, ended_at
  FROM alga_extension_cluster.trigger_attempt ORDER BY trigger_id, started_at`

/** A row of {@link attemptsOf}. */
export interface Attempt {
  readonly trigger: string
  readonly runner: string
  readonly outcome: string | null
  readonly started_at: Date
  readonly ended_at: Date | null
}

/** Waits until a runner is at work on a trigger. */
export const atWork = (rows: (statement: string) => Effect.Effect<ReadonlyArray<Attempt>, unknown>, runner: Runner) =>
  until(async () =>
    (await Effect.runPromise(rows(attemptsOf))).some(
      (attempt) => attempt.ended_at === null && attempt.runner === `${runner.address.host}:${runner.address.port}`
    )
  )

/** Fails where a trigger was done twice, was begun again before its attempt had ended, or was not done. */
export const assertOnce = (attempts: ReadonlyArray<Attempt>, triggers: number) => {
  const done = attempts.filter(({ outcome }) => outcome === "done").map(({ trigger }) => trigger)
  assert.strictEqual(new Set(done).size, triggers)
  assert.strictEqual(done.length, triggers)
  for (const [index, { ended_at, trigger }] of attempts.entries()) {
    const next = attempts[index + 1]
    if (next?.trigger === trigger && ended_at !== null) assert.isAtLeast(next.started_at.getTime(), ended_at.getTime())
  }
}
