import { access, constants } from "node:fs/promises"
import { Context, Duration, Effect, Layer } from "effect"
import { BundleStore } from "./BundleStore.ts"
import { DatabaseCheck } from "./DatabaseCheck.ts"
import { Life } from "./Life.ts"

/** What is needed to work, and whether it is there. */
export interface ReadinessReport {
  readonly ready: boolean
  readonly checks: Readonly<Record<"accepting" | "database" | "store" | "components", "ok" | "unavailable">>
}

/** Says whether this process can take work. */
export class Readiness extends Context.Service<
  Readiness,
  {
    /** Asks everything that an execution needs, each for at most 2 seconds. */
    readonly report: Effect.Effect<ReadinessReport>
  }
>()("@alga-psa/ext-runner/Readiness") {}

const patience = Duration.seconds(2)

const state = (check: Effect.Effect<unknown, unknown>) =>
  check.pipe(
    Effect.timeout(patience),
    Effect.match({ onSuccess: () => "ok" as const, onFailure: () => "unavailable" as const })
  )

/** Readiness over the database, the bundle store and the directory of components, which must be writable. */
export const layer = (components: string): Layer.Layer<Readiness, never, DatabaseCheck | BundleStore | Life> =>
  Layer.effect(
    Readiness,
    Effect.gen(function* () {
      const database = yield* DatabaseCheck
      const store = yield* BundleStore
      const life = yield* Life
      return Readiness.of({
        report: Effect.gen(function* () {
          const checks = yield* Effect.all(
            {
              accepting: Effect.sync(() => (life.ready() ? ("ok" as const) : ("unavailable" as const))),
              database: state(database.check),
              store: state(store.check),
              components: state(Effect.tryPromise(() => access(components, constants.W_OK)))
            },
            { concurrency: "unbounded" }
          )
          return { ready: Object.values(checks).every((found) => found === "ok"), checks }
        })
      })
    })
  )
