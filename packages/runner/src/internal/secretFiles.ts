import { Effect, FileSystem, Result } from "effect"
import { aboutSetting, type SettingName, settingNames } from "../Settings.ts"

/** Texts by the names of settings. */
export type SettingsFile = Readonly<Record<string, string>>

/** The secrets that files hold. */
export interface SecretFiles {
  readonly names: ReadonlySet<string>
  /** Of each that has none: what is wrong, as what follows its name. */
  readonly problems: ReadonlyMap<string, string>
}

export const noSecretFiles: SecretFiles = { names: new Set(), problems: new Map() }

const longest = 65_536

/**
 * The text of a file that holds a secret, without the line's end. The failure is the text after the secret's name, and
 * shows neither path nor content: an operator may have written the secret in place of the path.
 */
export const readSecret = (path: string): Effect.Effect<string, string, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const found = yield* Effect.mapError(
      files.stat(path),
      () => "_FILE names a file that is not there, or cannot be read"
    )
    if (found.type !== "File" || found.size > longest) {
      return yield* Effect.fail(`_FILE must name a file of at most ${longest} bytes`)
    }
    const text = yield* Effect.mapError(files.readFileString(path), () => "_FILE names a file that cannot be read")
    const secret = text.replace(/\r?\n$/, "")
    return secret.trim() === "" ? yield* Effect.fail("_FILE names a file that is empty") : secret
  })

const isSet = (text: string | undefined): text is string => text !== undefined && text.trim() !== ""

/** The texts, with those of secrets that stand in files: `NAME_FILE` is the path of the one that holds `NAME`. */
export const readSecretFiles = Effect.fnUntraced(function* (given: SettingsFile) {
  const texts: Record<string, string> = { ...given }
  const names = new Set<string>()
  const problems = new Map<string, string>()
  for (const name of settingNames.filter((one: SettingName) => aboutSetting(one).secret)) {
    const path = given[`${name}_FILE`]
    if (!isSet(path)) continue
    if (isSet(given[name])) {
      problems.set(name, ` and ${name}_FILE are both set: remove one`)
      continue
    }
    const read = yield* Effect.result(readSecret(path))
    if (Result.isFailure(read)) problems.set(name, read.failure)
    else texts[name] = read.success
    names.add(name)
  }
  return { texts, names, problems } satisfies SecretFiles & { readonly texts: SettingsFile }
})

/** The secrets of the environment, and those of the settings file that are not in the environment. */
export const bothOf = (
  environment: SecretFiles & { readonly texts: SettingsFile },
  file: SecretFiles & { readonly texts: SettingsFile }
): SecretFiles => {
  const open = (name: string) => !isSet(environment.texts[name]) && !environment.problems.has(name)
  return {
    names: new Set([...environment.names, ...[...file.names].filter(open)]),
    problems: new Map([...file.problems].filter(([name]) => open(name)).concat([...environment.problems]))
  }
}
