import type { DataSourceError } from "@alga-psa/ext-domain/DataSourceError"
import { atZero } from "@alga-psa/ext-domain/Labelled"
import { Clock, Context, Effect, Exit, Metric } from "effect"

const inFlight = Metric.gauge("alga_extension_database_statements_in_flight", {
  description: "Statements that wait for a connection or an answer"
})

const boundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

const durationsOf = (outcome: "ok" | "failed") =>
  Metric.histogram("alga_extension_database_statement_seconds", {
    description: "Time of statements in seconds, waiting for a connection included, by outcome",
    boundaries,
    attributes: { outcome }
  })

const answered = durationsOf("ok")
const failed = durationsOf("failed")

const waits = Metric.histogram("alga_extension_database_wait_seconds", {
  description: "Time that a transaction waits for a connection of its own, in seconds",
  boundaries
})

/** Has what is measured here exist, at 0. */
export const statementsAtZero: Effect.Effect<void> = atZero([inFlight, answered, failed, waits])

/** Counts and times a statement. */
export const metered = <A>(statement: Effect.Effect<A, DataSourceError>): Effect.Effect<A, DataSourceError> =>
  Effect.withFiber(({ context }) => {
    const clock = Context.get(context, Clock.Clock)
    let started: bigint | null = null
    const counted = Effect.suspend(() => {
      started = clock.monotonicTimeNanosUnsafe()
      inFlight.modifyUnsafe(1, context)
      return statement
    })
    return Effect.onExit(counted, (exit) =>
      Effect.sync(() => {
        // Who is interrupted before it begins is not counted.
        if (started === null) return
        inFlight.modifyUnsafe(-1, context)
        const took = Number(clock.monotonicTimeNanosUnsafe() - started) / 1e9
        const durations = Exit.isSuccess(exit) ? answered : failed
        durations.updateUnsafe(took, context)
      })
    )
  })

/** Times how long it takes to get a connection. */
export const meteredWait = <A, E, R>(acquire: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(Clock.monotonicTimeNanos, (started) =>
    Effect.tap(acquire, () =>
      Effect.flatMap(Clock.monotonicTimeNanos, (ended) => Metric.update(waits, Number(ended - started) / 1e9))
    )
  )
