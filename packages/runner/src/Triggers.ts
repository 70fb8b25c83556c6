import type { ExtensionId, InstallId, TenantId, UsedRights } from "@alga-psa/ext-domain"
import { Context, type Effect, Schema } from "effect"
import type { ExecuteRequest } from "./ExecuteRequest.ts"
import type { ExecuteResponse } from "./ExecuteResponse.ts"
import type { RunnerError } from "./RunnerError.ts"

/**
 * Where a kept trigger is in its life: `dead` ran out of attempts, may have written, or cannot be carried out; `expired` never
 * began in time.
 */
export const TriggerState = Schema.Literals(["waiting", "running", "done", "dead", "expired"])
export type TriggerState = typeof TriggerState.Type

/** A kept trigger as its caller sees it. Times are ISO 8601. */
export interface KeptTrigger {
  readonly id: string
  readonly extension: ExtensionId
  readonly install: InstallId
  /** Its caller's request id, which each attempt has too; null where a runner of an earlier version kept it. */
  readonly requestId: string | null
  readonly state: TriggerState
  /** How often it was begun. */
  readonly attempts: number
  readonly createdAt: string
  readonly expiresAt: string
  readonly finishedAt: string | null
  /** What the handler answered; null until it is `done`. */
  readonly response: ExecuteResponse | null
  /** The rights that the response rests on; null where they are not known. */
  readonly used: UsedRights | null
  /** Why the last attempt failed, as a caller of `POST /v1/execute` would have been told. */
  readonly error: string | null
}

/**
 * Executions of schedules and webhooks that are accepted first and carried out later.
 *
 * Guarantees:
 * - What was accepted is stored: it outlives every runner.
 * - One key of an install is one trigger. No two attempts of it are under way at the same time, and one outcome is
 *   kept.
 * - An attempt that failed, whose handler answered 5xx, or whose runner was lost, is followed by another after a pause, up to a
 *   number of attempts or until its time is over. One that may have written is the last.
 * - A tenant sees its own triggers alone.
 */
export interface TriggersService {
  /** Stores it, its request id included, or gives the one that the key has; fails with `idempotency_mismatch` where that asks for something else. */
  readonly accept: (trigger: {
    readonly request: ExecuteRequest
    readonly key: string | null
    readonly fingerprint: string
  }) => Effect.Effect<KeptTrigger, RunnerError>
  /** Null where the tenant has no such trigger. */
  readonly find: (tenant: TenantId, id: string) => Effect.Effect<KeptTrigger | null, RunnerError>
}

/** Kept triggers; null where this runner keeps none. */
export const Triggers = Context.Reference<TriggersService | null>("@alga-psa/ext-runner/Triggers", {
  defaultValue: () => null
})
