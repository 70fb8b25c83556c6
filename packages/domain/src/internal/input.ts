import { Effect, Schema } from "effect"
import { brokenRules, placeOf } from "../BrokenRules.ts"
import { InvalidInput } from "../CallError.ts"

const withoutNul = Schema.isPattern(/^[^\0]*$/, { message: "must not contain a NUL character" })

/** A text of so many characters, without NUL. */
export const text = (least: number, most: number) =>
  Schema.String.check(
    Schema.isBetweenCodePoints(least, most, {
      message: least === 0 ? `must be at most ${most} characters` : `must be ${least} to ${most} characters`
    }),
    withoutNul
  )

/** A search term: at most 200 characters after trimming, no NUL; blank means none. */
export const SearchTerm = Schema.Trim.check(
  Schema.isMaxCodePoints(200, { message: "must be at most 200 characters" }),
  withoutNul
)

/** What the fields say to a value of another type. */
export const rules = {
  text: "must be text",
  flag: "must be true or false",
  wholeNumber: "must be a whole number"
} as const

/**
 * Decodes untrusted input; the failure names the first bad field, the place in it and the rule, and never repeats the value.
 */
export const decode = <S extends Schema.ConstraintDecoder<unknown>>(schema: S, whole: string) => {
  const decoded = Schema.decodeUnknownEffect(schema)
  return (input: unknown): Effect.Effect<S["Type"], InvalidInput> =>
    Effect.mapError(decoded(input), (error) => {
      const [{ message, path }] = brokenRules(error.issue)
      const [field = whole, ...place] = path
      return new InvalidInput({ field: String(field), why: `${placeOf(place)} ${message}`.trimStart() })
    })
}

/** The input of an operation that takes none. */
export const none: Effect.Effect<null> = Effect.succeed(null)
