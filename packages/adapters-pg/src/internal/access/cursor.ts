import { InvalidInput } from "@alga-psa/ext-domain/CallError"
import { Effect, Option, Schema } from "effect"

/** The last record of a page: the next page begins with the next older one. */
export interface AccessPlace {
  readonly exact: string
  readonly runner: string
  readonly sequence: string
}

const Place = Schema.fromJsonString(
  Schema.Tuple([
    Schema.Literal(1),
    Schema.String.check(Schema.isPattern(/^[12]\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)),
    Schema.String.check(Schema.isUUID()),
    Schema.String.check(Schema.isPattern(/^\d{1,15}$/))
  ])
)
const decode = Schema.decodeUnknownOption(Place)

/** The place as text for a URL. */
export const writtenPlace = ({ exact, runner, sequence }: AccessPlace): string =>
  Buffer.from(JSON.stringify([1, exact, runner, sequence])).toString("base64url")

/** Whether a calendar has the day: JavaScript takes 30 February for 2 March, PostgreSQL refuses it. */
const isTime = (exact: string) =>
  !Number.isNaN(Date.parse(exact)) && new Date(exact).toISOString().slice(0, 10) === exact.slice(0, 10)

const invalid = new InvalidInput({ field: "after", why: "must be the next of an earlier page" })

/** Reads what {@link writtenPlace} gave; null stands for the newest. */
export const readPlace = (after: string | null): Effect.Effect<AccessPlace | null, InvalidInput> => {
  if (after === null) return Effect.succeed(null)
  const text = after.length > 400 ? "" : Buffer.from(after, "base64url").toString("utf8")
  return Option.match(decode(text), {
    onNone: () => Effect.fail(invalid),
    onSome: ([, exact, runner, sequence]) =>
      isTime(exact) ? Effect.succeed({ exact, runner, sequence }) : Effect.fail(invalid)
  })
}
