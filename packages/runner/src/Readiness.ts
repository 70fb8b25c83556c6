import { randomUUID } from "node:crypto"
import { rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { Sandbox } from "@alga-psa/ext-adapters-wit"
import { keptFor } from "@alga-psa/ext-domain/SteadyTime"
import { Context, Effect, Layer, Metric, Option, Result } from "effect"
import { BundleStore } from "./BundleStore.ts"
import { DatabaseCheck, DatabaseUnfit } from "./DatabaseCheck.ts"
import { endAt, start } from "./Deadline.ts"
import { FurtherParts } from "./FurtherParts.ts"
import { Life } from "./Life.ts"

type State = "ok" | "unavailable"
type Asked = { readonly [Part in "database" | "store" | "components" | "sandbox"]: State } & Readonly<
  Record<string, State>
>
const needed = ["accepting", "database", "components", "sandbox"] as const

/** What a runner works with, and whether it is there. */
export interface ReadinessReport {
  /**
   * `not-ready` where a part is away without which this runner can do nothing, `degraded` where another is away: then it takes
   * work, and some of it fails.
   */
  readonly status: "ready" | "degraded" | "not-ready"
  /** Why the database cannot serve, where it answers and lacks what is read; else null. */
  readonly why: string | null
  readonly checks: Asked & { readonly accepting: State }
}

/** Says whether this process can take work. */
export class Readiness extends Context.Service<
  Readiness,
  {
    /** Asks everything at the same time, each for at most 2 seconds, and not more often than once a second. */
    readonly report: Effect.Effect<ReadinessReport>
  }
>()("@alga-psa/ext-runner/Readiness") {}

const longestCheckMs = 2_000

const parts = Metric.gauge("alga_extension_runner_part_ok", {
  description: "1 while this part of /readyz answers, 0 while it does not"
})

const ended = (check: Effect.Effect<unknown, unknown>) =>
  Effect.result(Effect.flatMap(start(longestCheckMs), (deadline) => endAt(deadline)(check)))

const stateOf = (found: Result.Result<unknown, unknown>): State => (Result.isSuccess(found) ? "ok" : "unavailable")

const state = (check: Effect.Effect<unknown, unknown>) => Effect.map(ended(check), stateOf)

/** Writes a page of a file there, and takes it away: what is full or cannot be written to fails. */
const canBeWritten = (directory: string) =>
  Effect.tryPromise(async () => {
    // Names with a dot are no entries, and are swept where a process ends before it takes them away.
    const path = join(directory, `.${randomUUID()}`)
    try {
      await writeFile(path, Buffer.alloc(4_096, 1), { mode: 0o600 })
    } finally {
      await rm(path, { force: true })
    }
  })

/**
 * Readiness over the database, the directory of components, which must be writable, and the sandbox, of which a process
 * must work, wait for work or be startable. The bundle store and {@link FurtherParts} are reported beside them.
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
      const further = yield* Effect.serviceOption(FurtherParts)
      let reported: string | null = null
      /** What the database lacks is told in the log when it is found, and not each time it is looked for. */
      const tell = (why: string | null) =>
        Effect.suspend(() => {
          const isNews = why !== null && why !== reported
          reported = why
          return isNews ? Effect.logError(`not ready: ${why}`) : Effect.void
        })
      const others = () =>
        Option.match(further, { onNone: () => [], onSome: (known) => known.all() }).map(
          ({ check, name }) => [name, state(check)] as const
        )
      const ask = Effect.suspend(() =>
        Effect.all(
          {
            ...Object.fromEntries(others()),
            database: ended(database.check),
            store: state(store.check),
            components: state(canBeWritten(components)),
            sandbox: state(sandbox.check)
          },
          { concurrency: "unbounded" }
        ).pipe(
          Effect.map(({ database, ...others }) => ({
            why:
              Result.isFailure(database) && database.failure instanceof DatabaseUnfit ? database.failure.message : null,
            checks: { ...others, database: stateOf(database) }
          })),
          Effect.tap(({ why }) => tell(why))
        )
      )
      const asked: Effect.Effect<{ readonly why: string | null; readonly checks: Asked }> =
        yield* keptFor("1 second")(ask)
      const report = Effect.gen(function* () {
        const { checks: found, why } = yield* asked
        const accepting: State = life.ready() ? "ok" : "unavailable"
        const checks = { accepting, ...found }
        yield* Effect.forEach(Object.entries(checks), ([part, state]) =>
          Metric.update(Metric.withAttributes(parts, { part }), state === "ok" ? 1 : 0)
        )
        const away = Object.entries(checks).filter(([, state]) => state !== "ok")
        const isNeeded = away.some(([part]) => (needed as ReadonlyArray<string>).includes(part))
        return { status: isNeeded ? "not-ready" : away.length > 0 ? "degraded" : "ready", why, checks } as const
      })
      return Readiness.of({ report })
    })
  )
