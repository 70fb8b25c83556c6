import { access, constants } from "node:fs/promises"
import { Sandbox } from "@alga-psa/ext-adapters-wit"
import { Context, Duration, Effect, Layer } from "effect"
import { BundleStore } from "./BundleStore.ts"
import { DatabaseCheck, DatabaseUnfit } from "./DatabaseCheck.ts"
import { endAt, start } from "./Deadline.ts"
import { Life } from "./Life.ts"

type State = "ok" | "unavailable"
type Checks = Readonly<Record<"database" | "store" | "components" | "sandbox", State>>

/** What is needed to work, and whether it is there. */
export interface ReadinessReport {
  readonly ready: boolean
  /** Why the database cannot serve, where it answers and lacks what is read; else null. */
  readonly why: string | null
  readonly checks: Checks & { readonly accepting: State }
}

/** Says whether this process can take work. */
export class Readiness extends Context.Service<
  Readiness,
  {
    /** Asks everything that an execution needs, each for at most 2 seconds, and not more often than once a second. */
    readonly report: Effect.Effect<ReadinessReport>
  }
>()("@alga-psa/ext-runner/Readiness") {}

const longestCheckMs = 2_000

const state = (check: Effect.Effect<unknown, unknown>) =>
  Effect.flatMap(start(longestCheckMs), (deadline) => endAt(deadline)(check)).pipe(
    Effect.match({ onSuccess: () => "ok" as const, onFailure: () => "unavailable" as const })
  )

/**
 * Readiness over the database, the bundle store, the directory of components, which must be writable, and the sandbox, of
 * which a process must wait for work or be startable.
 */
export const layer = (
  components: string
): Layer.Layer<Readiness, never, BundleStore | DatabaseCheck | Life | Sandbox> =>
  Layer.effect(
    Readiness,
    Effect.gen(function* () {
      const database = yield* DatabaseCheck
      const store = yield* BundleStore
      const sandbox = yield* Sandbox
      const life = yield* Life
      const scope = yield* Effect.scope
      let why: string | null = null
      /** What the database lacks is told in the log when it is found, and not each time it is looked for. */
      const found = (now: string | null) =>
        Effect.suspend(() => {
          const isNews = now !== null && now !== why
          why = now
          return isNews ? Effect.logError(`not ready: ${now}`) : Effect.void
        })
      const ask = Effect.all(
        {
          database: state(
            database.check.pipe(
              Effect.tap(found(null)),
              Effect.tapError((error) => found(error instanceof DatabaseUnfit ? error.message : null))
            )
          ),
          store: state(store.check),
          components: state(Effect.tryPromise(() => access(components, constants.W_OK))),
          sandbox: state(sandbox.check)
        },
        { concurrency: "unbounded" }
      )
      // A timer ends what is kept, and not its age by the clock, which may be set back.
      const kept: Effect.Effect<Checks> = Effect.tap(ask, () =>
        Effect.forkIn(
          Effect.andThen(
            Effect.sleep("1 second"),
            Effect.suspend(() => forget)
          ),
          scope
        )
      )
      const [asked, forget] = yield* Effect.cachedInvalidateWithTTL(kept, Duration.infinity)
      return Readiness.of({
        report: Effect.map(
          Effect.onError(asked, () => forget),
          (asked) => {
            const checks = { accepting: life.ready() ? "ok" : "unavailable", ...asked } as const
            return { ready: Object.values(checks).every((check) => check === "ok"), why, checks }
          }
        )
      })
    })
  )
