const deepest = 16

/** What lies within an error: its cause, the reason of a driver's, the first of several. */
const causeOf = (error: object): unknown => {
  const { cause, errors, reason } = error as {
    readonly cause?: unknown
    readonly errors?: unknown
    readonly reason?: unknown
  }
  return cause ?? (typeof reason === "object" ? reason : undefined) ?? (Array.isArray(errors) ? errors[0] : undefined)
}

const textOf = (error: unknown): string => {
  if (!(error instanceof Error)) return typeof error === "string" ? error : ""
  const { code } = error as { readonly code?: unknown }
  const message = error.message.replace(/\s+/g, " ").trim()
  if (typeof code !== "string" || message.includes(code)) return message
  return message === "" ? code : `${code}: ${message}`
}

/** The innermost cause of an error that says something: its code, where it has one, and its text, in one line. Else "". */
export const innermostCause = (error: unknown): string => {
  let found = ""
  let at: unknown = error
  for (let depth = 0; depth < deepest && at !== undefined && at !== null; depth += 1) {
    found = textOf(at) || found
    at = typeof at === "object" ? causeOf(at) : undefined
  }
  return found
}
