/** Headers whose values nobody is to read in a panel. */
const telling = /^(authorization|proxy-authorization|cookie|x-api-key)$/i

/** In place of what is not shown. */
const instead = "•••"

/** Shorter ones would be found in every other word. */
const leastLetters = 4

/** Rewrites a text without the secrets in it, as they are and as JSON writes them. */
export const withoutSecrets = (text: string, secrets: Readonly<Record<string, string>> | null): string =>
  Object.values(secrets ?? {})
    .filter((secret) => secret.length >= leastLetters)
    .sort((a, b) => b.length - a.length)
    .reduce(
      (shown, secret) => shown.replaceAll(JSON.stringify(secret).slice(1, -1), instead).replaceAll(secret, instead),
      text
    )

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
