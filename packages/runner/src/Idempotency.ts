import type { InstallId, TenantId, UsedRights } from "@alga-psa/ext-domain"
import { Context, type Effect, Layer } from "effect"
import type { ExecuteResponse } from "./ExecuteResponse.ts"
import type { Outcome } from "./Execution.ts"
import type { RunnerError } from "./RunnerError.ts"

/** The header that makes a request one that is carried out once. */
export const idempotencyKeyHeader = "x-idempotency-key"

/** What a request with a key is, to tell it from others. */
export interface IdempotentRequest {
  readonly tenant: TenantId
  readonly install: InstallId
  readonly key: string
  /** Of {@link fingerprintOf}. */
  readonly fingerprint: string
}

/** How a request is carried out, and who may have an answer that was kept. */
export interface OnceOptions<R> {
  readonly run: Effect.Effect<Outcome, RunnerError, R>
  /** Fails where whoever asks now has not, any more, what a kept answer rests on. */
  readonly mayHave: (used: UsedRights | null) => Effect.Effect<void, RunnerError, R>
}

/** The answer to a request with a key. */
export interface IdempotentAnswer {
  readonly response: ExecuteResponse
  /** Whether it is the answer of an earlier request. */
  readonly replayed: boolean
}

/**
 * Carries requests with a key out once.
 *
 * Guarantees, across processes and restarts, while the window is open:
 * - The same key and request gives the first answer, and waits for it while the first is still under way.
 * - A kept answer is given only where who asks may have it now; else nothing is given, and nothing runs.
 * - Another request under the same key fails with `idempotency_mismatch`, and nothing runs. That its first runner was killed
 *   changes nothing.
 * - An execution whose handler had got the request counts, also where it failed or the stopping runner cut it. What ended before
 *   does not: the next request runs.
 * - A caller that hangs up or is out of time changes nothing: what it started is finished, and its answer kept for whoever asks
 *   again. Where the store does not take the answer, it is tried for 10 minutes, and the key stays claimed.
 * - When a runner is killed under way, the same request runs again as soon as the claim has expired, after 10 seconds. So what
 *   the first had done before it was killed may be done twice.
 * - A runner that could not renew its claim in that time, and finds it taken over, drops its execution and waits for
 *   the other runner's answer.
 * - A key is an execution's or a kept trigger's, never both.
 * - The window begins with the answer. What is under way keeps its key however long it takes.
 * - Keys of different tenants and installs never meet.
 */
export interface IdempotencyService {
  /** Runs the execution unless there is an answer, or fails with `data_unavailable` where that cannot be told. */
  readonly once: <R>(
    request: IdempotentRequest,
    options: OnceOptions<R>
  ) => Effect.Effect<IdempotentAnswer, RunnerError, R>
  /** Gives the key to a kept trigger, which does the rest; fails with `idempotency_mismatch` where an execution has it. */
  readonly reserve: (request: IdempotentRequest) => Effect.Effect<void, RunnerError>
}

/** Requests with a key; null where keys of executions are ignored. */
export class Idempotency extends Context.Service<Idempotency, IdempotencyService | null>()(
  "@alga-psa/ext-runner/Idempotency"
) {}

/** No idempotency: keys are ignored. */
export const layerOff: Layer.Layer<Idempotency> = Layer.succeed(Idempotency, null)
