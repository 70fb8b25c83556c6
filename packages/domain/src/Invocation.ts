import { Context, Effect, type Redacted } from "effect"
import type { ExtensionId, InstallId, TenantId, UserId } from "./Identifiers.ts"
import { executions, installedVersions } from "./internal/executions.ts"

/**
 * The user on whose behalf an extension runs, as the caller of the host describes them. Only `userId` counts for
 * permissions; the rest is handed to the extension for display.
 */
export interface InvocationUser {
  readonly userId: UserId
  readonly userEmail: string
  readonly userName: string
  readonly userType: string
  readonly clientName: string
  readonly clientId: string | null
  readonly additionalFields: Readonly<Record<string, string>>
}

/** What the caller gave an execution for its ports. No log line, span or metric holds any of it. */
export interface InvocationSettings {
  /** The install's configuration. */
  readonly config: Readonly<Record<string, string>>
  /** The install's sealed secrets, as the caller sent them; null where it has none. Only `Secrets` opens them. */
  readonly secretEnvelope: Readonly<Record<string, unknown>> | null
}

/**
 * One execution of an extension, as the host verified it. Every guarded call takes its tenant from here: make it
 * where the caller was authenticated, and nowhere else.
 */
export interface InvocationData {
  readonly tenantId: TenantId
  readonly extensionId: ExtensionId
  readonly installId: InstallId
  /** The version that the caller says; see {@link installedVersionOf}. */
  readonly versionId: string | null
  /** SHA-256 of the archive that runs, in hexadecimal; null where none does. */
  readonly contentHash: string | null
  readonly requestId: string | null
  /** What started it, such as `schedule` or `webhook`; null when the caller did not say. */
  readonly trigger: string | null
  /** Null when it has no user: then it may read only if a schedule or a webhook started it. */
  readonly user: InvocationUser | null
  /** When set, the execution has no capability outside this set, except those that are always granted. */
  readonly restrictTo: ReadonlySet<`cap:${string}`> | null
  /**
   * `todays-runner` where the product's own runner asks for one read. It says neither whether a user was lost nor what started
   * it, so that without a user the capability alone decides. Absent for executions here.
   */
  readonly source?: "todays-runner"
  /** Null where the caller gave none. */
  readonly settings: Redacted.Redacted<InvocationSettings> | null
}

/**
 * The execution that a guarded call belongs to. Provide it by {@link asExecution}. If it is provided in another way,
 * nothing says when the execution ends, so every right is asked for again.
 */
export class Invocation extends Context.Service<Invocation, InvocationData>()("@alga-psa/ext-domain/Invocation") {}

/**
 * Runs an effect as one execution. Decisions hold until it ends. Running it again, even with the same data, is another
 * execution with new decisions.
 *
 * @example
 * ```ts
 * const firstPage = Effect.flatMap(ClientReads, (reads) => reads.list()).pipe(asExecution(data))
 * ```
 */
export const asExecution =
  (data: InvocationData) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, Exclude<R, Invocation>> =>
    Effect.suspend(() => {
      const execution = { ...data }
      executions.add(execution)
      return Effect.provideService(effect, Invocation, execution)
    })

/**
 * The id of the installed version, of an execution whose install was found; else null. The caller's word for it is
 * {@link InvocationData.versionId}.
 */
export const installedVersionOf = (invocation: InvocationData): string | null =>
  installedVersions.get(invocation) ?? null

const triggersWithoutUser: ReadonlySet<string | null> = new Set(["schedule", "webhook"])

/** Whether executions of this trigger never have a user, so that the capability alone decides. */
export const runsWithoutUser = (trigger: string | null): boolean => triggersWithoutUser.has(trigger)
