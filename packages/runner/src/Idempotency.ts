import type { InstallId, TenantId } from "@alga-psa/ext-domain"
import { Context, type Effect, Layer } from "effect"
import type { ExecuteResponse } from "./ExecuteResponse.ts"
import type { RunnerError } from "./RunnerError.ts"

/** The header that makes a request one that is carried out once. */
export const idempotencyKeyHeader = "x-idempotency-key"

/** What a request with a key is, to tell it from others. */
export interface IdempotentRequest {
  readonly tenant: TenantId
  readonly install: InstallId
  readonly key: string
  /** SHA-256 of what the request asks for, in hexadecimal. */
  readonly fingerprint: string
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
 * - Another request under the same key fails with `idempotency_mismatch`, and nothing runs.
 * - An execution that failed in the extension counts as an answer. What was refused before the extension ran, or was cut
 *   because the runner stops, does not: the next request runs.
 * - A caller that hangs up changes nothing: what it started is finished, and its answer kept for whoever asks again.
 * - When a runner is killed under way, the next request runs as soon as its claim has expired, after 10 seconds. So what the
 *   first had done before it was killed may be done twice.
 * - A runner that could not renew its claim in that time, and finds it taken over, gives its execution up and waits for the
 *   other's answer.
 * - Keys of different tenants and installs never meet.
 */
export class Idempotency extends Context.Service<
  Idempotency,
  {
    /** Runs the execution unless there is an answer, or fails with `data_unavailable` where that cannot be told. */
    readonly once: <R>(
      request: IdempotentRequest,
      run: Effect.Effect<ExecuteResponse, RunnerError, R>
    ) => Effect.Effect<IdempotentAnswer, RunnerError, R>
  } | null
>()("@alga-psa/ext-runner/Idempotency") {}

/** No idempotency: keys are ignored. */
export const layerOff: Layer.Layer<Idempotency> = Layer.succeed(Idempotency, null)
