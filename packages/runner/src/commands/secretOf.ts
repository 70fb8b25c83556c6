import { Config, Effect, Option, Redacted } from "effect"
import { readSecret } from "../internal/secretFiles.ts"
import { SettingsInvalid } from "../SettingsSource.ts"

/** A secret that a command takes from the environment, or from the file that `NAME_FILE` names. */
export const secretOf = Effect.fnUntraced(function* (name: string) {
  const given = yield* Config.option(Config.Redacted(name))
  const path = yield* Config.option(Config.NonEmptyString(`${name}_FILE`))
  const invalid = (why: string) => new SettingsInvalid({ problems: [`${name}${why}`] })
  if (Option.isNone(path)) return given
  if (Option.isSome(given)) return yield* invalid(` and ${name}_FILE are both set: remove one`)
  return Option.some(Redacted.make(yield* Effect.mapError(readSecret(path.value), invalid)))
})
