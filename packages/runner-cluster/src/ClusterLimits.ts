import type { InstallId, TenantId } from "@alga-psa/ext-domain"
import { steadyMillisOf } from "@alga-psa/ext-domain/SteadyTime"
import { fail, RunnerError } from "@alga-psa/ext-runner/RunnerError"
import { Cause, Clock, Context, Deferred, Duration, Effect, Layer, Queue, type Scope } from "effect"
import type { RunnerAddress } from "effect/cluster/RunnerAddress"
import { RateLimiter } from "effect/persistence"
import type { ClusterLimit, ClusterLimits } from "./ClusterOptions.ts"
import { Directory } from "./Directory.ts"
import { shardOfTenant } from "./Installs.ts"
import { Membership } from "./Membership.ts"
import { onOwner, promptly, TryNext } from "./Owners.ts"
import { Peers } from "./Peers.ts"

/**
 * Places for executions. An install's are counted by the runner that it lives on, a tenant's by the runner of the tenant's
 * shard. While a shard moves from one runner to another, both count for themselves.
 */
export class ClusterPlaces extends Context.Service<
  ClusterPlaces,
  {
    /** Holds a place of the install and one of its tenant until the scope closes, or fails with `rate_limited`. */
    readonly hold: (tenant: TenantId, install: InstallId) => Effect.Effect<void, RunnerError, Scope.Scope>
    /** Holds a place of the tenant here, for whichever runner asks. */
    readonly holdTenant: (tenant: TenantId) => Effect.Effect<void, RunnerError, Scope.Scope>
  }
>()("@alga-psa/ext-runner-cluster/ClusterPlaces") {}

const unlimited = ({ concurrency, rate }: ClusterLimit) => concurrency === null && rate === null

/** The limiter goes by the time of day of whoever asks. Where that is set back, nobody's rate would have room for so long. */
const steady = (clock: Clock.Clock): Clock.Clock =>
  Object.assign(Object.create(clock) as Clock.Clock, { currentTimeMillisUnsafe: () => steadyMillisOf(clock) })

const counted = (what: string, { concurrency, rate }: ClusterLimit, limiter: RateLimiter.RateLimiter) => {
  const held = new Map<string, number>()
  const place = (key: string) =>
    Effect.acquireRelease(
      Effect.suspend(() => {
        const now = held.get(key) ?? 0
        if (concurrency !== null && now >= concurrency) {
          return Effect.fail(fail("rate_limited", `the ${what} has ${concurrency} executions under way`))
        }
        held.set(key, now + 1)
        return Effect.void
      }),
      () =>
        Effect.sync(() => {
          const left = (held.get(key) ?? 1) - 1
          if (left === 0) held.delete(key)
          else held.set(key, left)
        })
    )
  const start = (key: string) =>
    rate === null
      ? Effect.void
      : limiter.consume({ algorithm: "token-bucket", window: Duration.minutes(1), limit: rate, key }).pipe(
          Effect.mapError(({ reason }) => {
            const detail = `the ${what} begins at most ${rate} executions a minute`
            const retryAfterMillis = "retryAfter" in reason ? Duration.toMillis(reason.retryAfter) : undefined
            return new RunnerError({ code: "rate_limited", detail, retryAfterMillis })
          }),
          Effect.updateService(Clock.Clock, steady),
          Effect.asVoid
        )
  return (key: string) => Effect.andThen(place(key), start(`${what} ${key}`))
}

/** Places as the limits say. Without limits, nothing is counted and nobody is asked. */
export const layer = (limits: ClusterLimits): Layer.Layer<ClusterPlaces, never, Directory | Membership | Peers> =>
  Layer.effect(
    ClusterPlaces,
    Effect.gen(function* () {
      const directory = yield* Directory
      const { sharding } = yield* Membership
      const peers = yield* Peers
      const limiter = yield* RateLimiter.RateLimiter
      const ofInstall = counted("install", limits.install, limiter)
      const holdTenant: (tenant: TenantId) => Effect.Effect<void, RunnerError, Scope.Scope> = counted(
        "tenant",
        limits.tenant,
        limiter
      )

      const tryNext = () => Effect.fail(new TryNext())

      /** Holds a place of the tenant with its owner: until the scope closes, or the connection breaks. */
      const asked = Effect.fnUntraced(function* (owner: RunnerAddress, tenant: TenantId) {
        const held = yield* Deferred.make<void, RunnerError | TryNext>()
        const holding = peers.ask(owner, (peer) =>
          Effect.gen(function* () {
            const places = yield* peer.Hold({ tenant }, { asQueue: true })
            yield* Queue.take(places)
            yield* Deferred.succeed(held, undefined)
            yield* Queue.take(places)
          }).pipe(Effect.scoped)
        )
        const ended = holding.pipe(
          Effect.catchTags({ Done: tryNext, Lost: tryNext, Unreached: tryNext }),
          Effect.catchCauseIf(Cause.hasInterruptsOnly, tryNext)
        )
        const asking = yield* Effect.forkScoped(Effect.onExit(ended, (exit) => Deferred.done(held, exit)))
        yield* Deferred.await(held).pipe(
          Effect.timeoutOrElse({ duration: promptly, orElse: tryNext }),
          Effect.tapError(() => Effect.sync(() => asking.interruptUnsafe()))
        )
      })

      const ofTenant = (tenant: TenantId): Effect.Effect<void, RunnerError, Scope.Scope> => {
        const here = holdTenant(tenant)
        return onOwner(directory, shardOfTenant(sharding, tenant), here, (owner) =>
          Effect.catchDefect(asked(owner, tenant), (defect) =>
            Effect.andThen(
              Effect.logWarning(
                "the runner that counts a tenant's executions is at fault: they are counted here",
                defect
              ),
              here
            )
          )
        )
      }

      return ClusterPlaces.of({
        holdTenant,
        hold: (tenant, install) =>
          Effect.andThen(
            unlimited(limits.install) ? Effect.void : ofInstall(`${tenant}/${install}`),
            unlimited(limits.tenant) ? Effect.void : ofTenant(tenant)
          )
      })
    })
  ).pipe(Layer.provide(RateLimiter.layer), Layer.provide(RateLimiter.layerStoreMemory))
