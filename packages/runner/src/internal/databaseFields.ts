import { isHostName, parametersOf } from "@alga-psa/ext-adapters-pg/DatabaseAddress"
import { Record, Result, Schema } from "effect"
import { about } from "./settingAbout.ts"

/** The databases that a runner may ask, by what their settings begin with. */
export const databaseNames = [
  "DATABASE",
  "DATABASE_REPLICA",
  "IDEMPOTENCY_DATABASE",
  "DATABASE_CLUSTER",
  "DATABASE_ACCESS",
  "DATABASE_ACCESS_READER"
] as const
export type DatabaseName = (typeof databaseNames)[number]

const text = Schema.NonEmptyString

/** A URL of a PostgreSQL server that says nothing unknown, and nothing twice. */
export const databaseUrl = Schema.String.check(
  Schema.makeFilter((url) => Result.match(parametersOf(url), { onFailure: String, onSuccess: () => undefined }))
).pipe(Schema.RedactedFromValue)

const hostText = Schema.String.check(
  Schema.makeFilter((given) => given.split(",").every(isHostName), {
    message: "must be a name, an address, or the directory of a socket"
  })
)

const portText = Schema.String.check(
  Schema.isPattern(/^\d{1,5}$/, { message: "must be a whole number, 1 to 65535" }),
  Schema.makeFilter((given) => Number(given) >= 1 && Number(given) <= 65_535, { message: "must be 1 to 65535" })
)

const parts = {
  HOST: {
    schema: hostText,
    unit: "address",
    description: (whose: string) =>
      `The server of ${whose}, if its URL names none: a name, an address, or the directory of a socket.`
  },
  PORT: {
    schema: portText,
    unit: "port",
    description: (whose: string) => `The port of ${whose}, if its URL names none.`
  },
  NAME: {
    schema: text,
    unit: "name",
    description: (whose: string) => `The name of ${whose}, if its URL names none. Default: the user's name.`
  },
  USER: {
    schema: text,
    unit: "name",
    description: (whose: string) => `The user for ${whose}, if its URL names none.`
  },
  PASSWORD: {
    schema: Schema.RedactedFromValue(text),
    unit: "text",
    description: (whose: string) => `The password for ${whose}, if its URL has none.`
  }
} as const

type Part = keyof typeof parts
type Fields<Name extends DatabaseName> = {
  readonly [Key in `${Name}_${Part}`]: Schema.optional<
    Key extends `${string}_PASSWORD` ? typeof parts.PASSWORD.schema : Schema.Codec<string>
  >
}

/** The fields of what may be said of a database beside its URL, or in its place. */
export const databaseParts = <Name extends DatabaseName>(name: Name, whose: string) =>
  Record.mapEntries(parts, ({ description, schema, unit }, part) => [
    `${name}_${part}`,
    Schema.optional<Schema.Top>(schema).pipe(
      about(description(whose), unit, { secret: part === "PASSWORD", range: part === "PORT" ? "1 to 65535" : "" })
    )
  ]) as unknown as Fields<Name>

/** What the parts say, by libpq's names. */
export const parameterOfPart: Readonly<Record<Part, string>> = {
  HOST: "host",
  PORT: "port",
  NAME: "dbname",
  USER: "user",
  PASSWORD: "password"
}
