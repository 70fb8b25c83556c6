import { Schema } from "effect"
import { databaseParts, databaseUrl } from "./databaseFields.ts"
import { longestKept, time } from "./durationSetting.ts"
import { number } from "./numberSettings.ts"
import { about } from "./settingAbout.ts"
import { token } from "./tokenSetting.ts"

/** The settings of access records. */
export const accessFields = {
  DATABASE_ACCESS_URL: Schema.optional(databaseUrl).pipe(
    about(
      "The database that gets a record of each guarded call, with the login of `db access` that may only insert.",
      "URL",
      {
        secret: true
      }
    )
  ),
  ...databaseParts("DATABASE_ACCESS", "the database of access records"),
  ALGA_EXTENSION_RUNNER_ACCESS_BUFFER: number({
    purpose: "Access records that may wait while their database is unreachable.",
    unit: "records",
    default: 20_000,
    least: 1_000,
    most: 1_000_000
  }),
  ALGA_EXTENSION_RUNNER_ACCESS_WHEN_FULL: Schema.Literals(["drop", "refuse"])
    .annotate({ message: "must be drop or refuse" })
    .pipe(
      about(
        "What happens when that many wait: drop discards the oldest, refuse answers guarded calls with internal.",
        "drop, refuse",
        { fallback: "drop" }
      )
    ),
  ALGA_EXTENSION_RUNNER_ACCESS_RETENTION: time({
    purpose:
      "How long access records are kept, once `db access apply` has set it; they are deleted a whole month at a time.",
    default: "90 days",
    least: "31 days",
    most: longestKept
  }),
  DATABASE_ACCESS_READER_URL: Schema.optional(databaseUrl).pipe(
    about(
      "The database from which `access` and GET /v1/access read access records, with the login of `db access` that may read.",
      "URL",
      {
        secret: true
      }
    )
  ),
  ...databaseParts("DATABASE_ACCESS_READER", "the database that access records are read from"),
  ALGA_EXTENSION_RUNNER_ACCESS_TOKEN: Schema.optional(token).pipe(
    about("The bearer token for GET /v1/access, for any tenant. If not set, there is no such path.", "text", {
      secret: true
    })
  )
}
