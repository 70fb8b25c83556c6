/** Why a question to the extension's handler has no answer. */
export type FailureCode = "not-allowed" | "invalid-input" | "not-found" | "internal" | "unreachable"

const known: ReadonlyArray<FailureCode> = ["not-allowed", "invalid-input", "not-found", "internal"]

/** The code in an answer of the handler such as `{"error":"not-allowed"}`, or null. */
const codeIn = (body: string): FailureCode | null => {
  try {
    const { error } = JSON.parse(body)
    return known.find((code) => code === error) ?? null
  } catch {
    return null
  }
}

/**
 * What the host's refusal means. The host page gives the status and the body of a failed answer as
 * `Proxy error 403: {"error":"not-allowed"}`; anything else is a host that did not answer.
 */
export const failureOf = (refusal: string): FailureCode => {
  const [, body] = /^Proxy error \d{3}: (.*)$/s.exec(refusal) ?? []
  return body === undefined ? "unreachable" : (codeIn(body) ?? "internal")
}

/** A failure as a person reads it. */
export interface FailureText {
  readonly title: string
  readonly text: string
  /** What the button offers that may help. */
  readonly remedy: "retry" | "clear-search" | "back"
}

/** The text of a failure to read `things`, such as `clients`. */
export const failureText = (code: FailureCode, things: string): FailureText => {
  switch (code) {
    case "not-allowed":
      return {
        title: `You cannot see ${things} here`,
        text: `Either your account has no right to read ${things}, or this extension was not given it. An administrator can change both.`,
        remedy: "retry"
      }
    case "invalid-input":
      return {
        title: "This search does not work",
        text: "A search can hold up to 200 characters of plain text. Shorten it, or start over.",
        remedy: "clear-search"
      }
    case "not-found":
      return {
        title: "This entry is not there any more",
        text: "It may have been removed, or moved out of your sight, after the list was made.",
        remedy: "back"
      }
    case "internal":
      return {
        title: "Something went wrong on our side",
        text: "Your request was fine. Try again in a moment; if it keeps failing, tell your administrator.",
        remedy: "retry"
      }
    case "unreachable":
      return {
        title: "No answer",
        text: "The page could not reach its host. Check your connection and try again.",
        remedy: "retry"
      }
  }
}
