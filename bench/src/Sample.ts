import { Effect } from "effect"

/** How long calls took, in milliseconds. With fewer than 100 runs, `p99` is the slowest. */
export interface Sample {
  readonly median: number
  readonly p99: number
  readonly runs: number
}

/** Of durations in milliseconds. */
export const sampleOf = (durations: ReadonlyArray<number>): Sample => {
  const sorted = durations.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0
  return { median: at(0.5), p99: at(0.99), runs: sorted.length }
}

/**
 * Milliseconds before anything counts: a runner that has served for a while is what is to be measured. Its code is
 * compiled, and each connection has its plans; PostgreSQL decides on that of a prepared statement after five runs.
 */
const warmUp = 1000
const fewestRounds = 5
const mostRounds = 2000

/**
 * Times the calls in turns, so that whatever else the machine does hits all of them alike. Each round calls every one
 * once, starting with another; rounds go on for the budget (milliseconds), at least five, or as many as the budget has milliseconds where those are fewer.
 */
export const interleaved = <Calls extends Readonly<Record<string, Effect.Effect<unknown, unknown, unknown>>>>(
  calls: Calls,
  budget: number
): Effect.Effect<
  { readonly [Name in keyof Calls]: Sample },
  Effect.Error<Calls[keyof Calls]>,
  Effect.Services<Calls[keyof Calls]>
> =>
  Effect.gen(function* () {
    const contenders = Object.keys(calls).map((name) => ({
      name,
      call: calls[name] as Effect.Effect<
        unknown,
        Effect.Error<Calls[keyof Calls]>,
        Effect.Services<Calls[keyof Calls]>
      >,
      durations: [] as Array<number>
    }))
    const fewest = Math.min(fewestRounds, budget)
    const first = performance.now()
    for (let round = 0; round < fewest || performance.now() - first < Math.min(warmUp, budget * 2); round++) {
      for (const { call } of contenders) yield* call
    }
    const begin = performance.now()
    for (let round = 0; round < mostRounds && (round < fewest || performance.now() - begin < budget); round++) {
      for (let turn = 0; turn < contenders.length; turn++) {
        const contender = contenders[(round + turn) % contenders.length] as (typeof contenders)[number]
        const before = performance.now()
        yield* contender.call
        contender.durations.push(performance.now() - before)
      }
    }
    return Object.fromEntries(contenders.map(({ name, durations }) => [name, sampleOf(durations)])) as {
      readonly [Name in keyof Calls]: Sample
    }
  })

/** Calls at once: how many ended in all, in how many milliseconds, and how long each took. */
export interface AtOnce {
  readonly durations: ReadonlyArray<number>
  readonly milliseconds: number
}

/** Makes calls at once, each again as soon as it is answered, for so many milliseconds. */
export const atOnce = <E, R>(
  calls: ReadonlyArray<Effect.Effect<unknown, E, R>>,
  milliseconds: number
): Effect.Effect<AtOnce, E, R> =>
  Effect.gen(function* () {
    const begin = performance.now()
    const durations: Array<number> = []
    const caller = Effect.fnUntraced(function* (call: Effect.Effect<unknown, E, R>) {
      for (let now = begin; now - begin < milliseconds; ) {
        yield* call
        const after = performance.now()
        durations.push(after - now)
        now = after
      }
    })
    yield* Effect.forEach(calls, caller, { concurrency: calls.length, discard: true })
    return { durations, milliseconds: performance.now() - begin }
  })

/** Calls a second that so many callers get, each calling again as soon as it is answered. */
export const throughput = <E, R>(
  call: Effect.Effect<unknown, E, R>,
  callers: number,
  duration: number
): Effect.Effect<number, E, R> =>
  Effect.map(
    atOnce(
      Array.from({ length: callers }, () => call),
      duration
    ),
    ({ durations, milliseconds }) => (durations.length / milliseconds) * 1000
  )
