/** Headers whose values nobody is to read in a panel. */
const telling = /auth|cookie|token|secret|signature|api-?key|csrf|session/i

/** Stands for hidden text. */
const instead = "•••"

/** Shorter ones would be found in every other word. */
const leastLetters = 4

/** A secret as JSON escapes it, as URLs and forms write it, and as it is. */
const formsOf = (secret: string): ReadonlyArray<string> => [
  JSON.stringify(secret).slice(1, -1),
  encodeURIComponent(secret.toWellFormed()),
  new URLSearchParams([["", secret]]).toString().slice(1),
  secret
]

/** Rewrites a text without the secrets in it, in each of their forms. */
export const withoutSecrets = (text: string, secrets: Readonly<Record<string, string>> | null): string =>
  Object.values(secrets ?? {})
    .filter((secret) => secret.length >= leastLetters)
    .sort((a, b) => b.length - a.length)
    .flatMap(formsOf)
    .reduce((shown, form) => shown.replaceAll(form, instead), text)

/** A header without a value that is a secret by its name; anything else as it is. */
export const withoutCredentials = (value: unknown): unknown =>
  typeof value === "object" &&
  value !== null &&
  "name" in value &&
  "value" in value &&
  typeof value.name === "string" &&
  telling.test(value.name)
    ? { name: value.name, value: instead }
    : value
