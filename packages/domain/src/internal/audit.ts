import { Cause, Clock, Context, Effect, Exit } from "effect"
import type { AccessRecord } from "../AccessRecord.ts"
import { type CallError, InvalidInput, NotAllowed } from "../CallError.ts"
import { Invocation, type InvocationData, installedVersionOf } from "../Invocation.ts"
import { NotOffered } from "../NotOffered.ts"
import { spanned } from "../Spanned.ts"
import { meter } from "./meters.ts"
import type { Coded, Operation, Steps } from "./operation.ts"

interface Report {
  /** `ok`, one of the four reasons of the guard, `interrupted`, `refused`, or the name of the interface's own error. */
  readonly outcome: string
  readonly level: "Info" | "Warn" | "Error"
  readonly details: Pick<AccessRecord, "resultCount" | "missing" | "field" | "why">
  readonly causes: ReadonlyArray<unknown>
}

const warned: ReadonlySet<string> = new Set(["denied", "not-allowed"])

const byCode = ({ cause, code }: Coded): Report => {
  const level = code === "internal" ? "Error" : warned.has(code) ? "Warn" : "Info"
  if (cause instanceof NotOffered) return { outcome: code, level, details: { why: cause.message }, causes: [] }
  return { outcome: code, level, details: {}, causes: cause === undefined ? [] : [cause] }
}

const failed = (error: CallError | Coded): Report => {
  if (error instanceof NotAllowed) {
    const outcome = error.reason === "capability" ? "capability-denied" : "rbac-denied"
    const why = error.why === undefined ? {} : { why: error.why }
    return { outcome, level: "Warn", details: { missing: error.missing, ...why }, causes: [] }
  }
  if (error instanceof InvalidInput) {
    return { outcome: "invalid-input", level: "Info", details: { field: error.field, why: error.why }, causes: [] }
  }
  return byCode(error)
}

/** What a call's end is to the audit. */
type Reading<A> = Pick<Steps<never, A, never>, "count" | "refused">

const report = <A>(exit: Exit.Exit<A, CallError | Coded>, { count, refused }: Reading<A>): Report => {
  if (Exit.isSuccess(exit)) {
    return refused?.(exit.value) === true
      ? { outcome: "refused", level: "Info", details: {}, causes: [] }
      : { outcome: "ok", level: "Info", details: { resultCount: count(exit.value) }, causes: [] }
  }
  if (Cause.hasInterruptsOnly(exit.cause)) return { outcome: "interrupted", level: "Info", details: {}, causes: [] }
  const error = Cause.findErrorOption(exit.cause)
  return error._tag === "Some"
    ? failed(error.value)
    : { outcome: "internal", level: "Error", details: {}, causes: [Cause.squash(exit.cause)] }
}

/** The execution in a log line. What it carries for its ports is not in it. */
const execution = (invocation: InvocationData) => ({
  tenant: invocation.tenantId,
  extension: invocation.extensionId,
  install: invocation.installId,
  version: installedVersionOf(invocation),
  contentHash: invocation.contentHash,
  user: invocation.user?.userId ?? null,
  trigger: invocation.trigger,
  requestId: invocation.requestId,
  ...(invocation.source === undefined ? {} : { source: invocation.source })
})

/**
 * Runs a call in its span, counts and times it, writes its one log line and gives the same to `keep`. The record names the
 * execution, never what the call was given or gave.
 */
export const audited = <A, E extends Coded, R>(
  operation: Operation,
  call: Effect.Effect<A, E, R>,
  reading: Reading<A>,
  keep?: (record: AccessRecord) => void
): Effect.Effect<A, E, R | Invocation> =>
  Effect.flatMap(Invocation, (invocation) =>
    Effect.withFiber(({ context }) => {
      const clock = Context.get(context, Clock.Clock)
      const started = clock.monotonicTimeNanosUnsafe()
      return Effect.onExit(call, (exit) =>
        Effect.suspend(() => {
          const nanos = clock.monotonicTimeNanosUnsafe() - started
          const { outcome, level, details, causes } = report(exit, reading)
          const labels = { operation: operation.name, outcome }
          const record: AccessRecord = {
            time: new Date(clock.currentTimeMillisUnsafe()).toISOString(),
            ...labels,
            capability: operation.capability,
            ...execution(invocation),
            durationMs: Number(nanos) / 1e6,
            ...details
          }
          keep?.(record)
          meter(labels, nanos, context)
          return Effect.andThen(
            Effect.annotateCurrentSpan(labels),
            Effect.annotateLogs(Effect.logWithLevel(level)("host call", ...causes), record)
          )
        })
      )
    })
  ).pipe(spanned(operation.span))
