import * as PgAccessReader from "@alga-psa/ext-adapters-pg/PgAccessReader"
import { makePgAccessSink } from "@alga-psa/ext-adapters-pg/PgAccessSink"
import { AccessReader, AccessSink } from "@alga-psa/ext-domain"
import { Context, Effect, Layer, type Redacted } from "effect"
import type { SqlError } from "effect/sql/SqlError"
import { databaseIn } from "./DatabaseSettings.ts"
import { tellOf } from "./FurtherParts.ts"
import type { Settings } from "./Settings.ts"

/** Who may ask for access records over HTTP, and where they are read; null where nobody may. */
export const AccessDoor = Context.Reference<{
  readonly token: Redacted.Redacted
  readonly reader: AccessReader["Service"]
} | null>("@alga-psa/ext-runner/AccessDoor", { defaultValue: () => null })

/** Keeps a record of each guarded call, where a database for it is set. What waits is written after the last work has ended. */
export const layerSink = (settings: Settings): Layer.Layer<never, SqlError> => {
  const url = databaseIn(settings, "DATABASE_ACCESS")
  if (url === null) return Layer.empty
  return Layer.effect(
    AccessSink,
    Effect.gen(function* () {
      const { check, sink } = yield* makePgAccessSink({
        url,
        capacity: settings.ALGA_EXTENSION_RUNNER_ACCESS_BUFFER,
        whenFull: settings.ALGA_EXTENSION_RUNNER_ACCESS_WHEN_FULL
      })
      yield* tellOf({ name: "access", check })
      return sink
    })
  )
}

/** Opens {@link AccessDoor} where a token is set. */
export const layerDoor = (settings: Settings): Layer.Layer<never, SqlError> => {
  const url = databaseIn(settings, "DATABASE_ACCESS_READER")
  const { ALGA_EXTENSION_RUNNER_ACCESS_TOKEN: token } = settings
  if (url === null || token === undefined) return Layer.empty
  return Layer.effect(
    AccessDoor,
    Effect.map(AccessReader, (reader) => ({ token, reader }))
  ).pipe(Layer.provide(PgAccessReader.layer(url)))
}
