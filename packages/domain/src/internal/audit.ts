import { Cause, Clock, Effect, Exit, Metric } from "effect"
import { Invocation } from "../Invocation.ts"
import type { ReadError } from "../ReadError.ts"
import type { Operation } from "./guard.ts"

const reads = Metric.counter("alga_extension_reads_total", {
  description: "Guarded reads, by operation and outcome",
  incremental: true
})

const durations = Metric.histogram("alga_extension_read_duration_seconds", {
  description: "Duration of guarded reads in seconds, by operation and outcome",
  boundaries: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]
})

/** What counts and times the reads of one operation with one outcome. */
const meters = (operation: Operation["name"], outcome: Outcome) => {
  const labels = { operation, outcome }
  return {
    labels,
    reads: Metric.withAttributes(reads, labels),
    durations: Metric.withAttributes(durations, labels)
  }
}

const keptMeters = new Map<string, ReturnType<typeof meters>>()

const metersOf = (operation: Operation["name"], outcome: Outcome) => {
  const key = `${operation} ${outcome}`
  const kept = keptMeters.get(key) ?? meters(operation, outcome)
  keptMeters.set(key, kept)
  return kept
}

type Outcome = "ok" | "capability-denied" | "rbac-denied" | "invalid-input" | "internal" | "interrupted"

interface Report {
  readonly outcome: Outcome
  readonly level: "Info" | "Warn" | "Error"
  readonly details: Readonly<Record<string, string | number>>
  readonly causes: ReadonlyArray<unknown>
}

const failed = (error: ReadError): Report => {
  switch (error._tag) {
    case "NotAllowed": {
      const outcome = error.reason === "capability" ? "capability-denied" : "rbac-denied"
      const why = error.why === undefined ? {} : { why: error.why }
      return { outcome, level: "Warn", details: { missing: error.missing, ...why }, causes: [] }
    }
    case "InvalidInput":
      return { outcome: "invalid-input", level: "Info", details: { field: error.field, why: error.why }, causes: [] }
    case "Internal":
      return { outcome: "internal", level: "Error", details: {}, causes: [error.cause] }
  }
}

const report = <A>(exit: Exit.Exit<A, ReadError>, count: (result: A) => number): Report => {
  if (Exit.isSuccess(exit)) {
    return { outcome: "ok", level: "Info", details: { resultCount: count(exit.value) }, causes: [] }
  }
  if (Cause.hasInterruptsOnly(exit.cause)) return { outcome: "interrupted", level: "Info", details: {}, causes: [] }
  const error = Cause.findErrorOption(exit.cause)
  return error._tag === "Some"
    ? failed(error.value)
    : { outcome: "internal", level: "Error", details: {}, causes: [Cause.squash(exit.cause)] }
}

/**
 * Runs a read in its span, counts and times it, and writes its one log line. The line names the execution, never a
 * search text, a name or an address.
 */
export const audited = <A, R>(
  operation: Operation,
  read: Effect.Effect<A, ReadError, R>,
  count: (result: A) => number
): Effect.Effect<A, ReadError, R | Invocation> =>
  Effect.flatMap(Invocation, (invocation) =>
    Effect.flatMap(Clock.monotonicTimeNanos, (started) =>
      Effect.onExit(read, (exit) =>
        Effect.flatMap(Clock.monotonicTimeNanos, (ended) => {
          const seconds = Number(ended - started) / 1e9
          const { outcome, level, details, causes } = report(exit, count)
          const meters = metersOf(operation.name, outcome)
          return Metric.update(meters.reads, 1).pipe(
            Effect.andThen(Metric.update(meters.durations, seconds)),
            Effect.andThen(Effect.annotateCurrentSpan(meters.labels)),
            Effect.andThen(
              Effect.annotateLogs(Effect.logWithLevel(level)("extension read", ...causes), {
                operation: operation.name,
                outcome,
                capability: operation.capability,
                tenant: invocation.tenantId,
                extension: invocation.extensionId,
                install: invocation.installId,
                requestId: invocation.requestId,
                durationMs: seconds * 1000,
                ...details
              })
            )
          )
        })
      )
    )
  ).pipe(Effect.withSpan(operation.span, undefined, { captureStackTrace: false }))
