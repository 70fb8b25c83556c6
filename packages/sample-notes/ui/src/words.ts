/** What the page shows of the service outside. */
export interface Shown {
  readonly latest: { readonly state: "up" | "failing" | "away"; readonly answeredAt: string | null } | null
  readonly scheduled?: boolean
}

const states = {
  up: "The service is up.",
  failing: "The service answers that it has a problem.",
  away: "The service does not answer."
}

/** The state in a sentence or two. */
export const stateText = ({ latest }: Shown): string => {
  if (latest === null) return "The service was not checked yet."
  return latest.answeredAt === null
    ? states[latest.state]
    : `${states[latest.state]} It answered on ${latest.answeredAt}.`
}

const failures: Readonly<Record<string, string>> = {
  conflict: "Somebody else changed this note. Choose the client again to see theirs.",
  "not-allowed": "You, or this extension, may not do this. An administrator can change that.",
  denied: "This extension may not do this. An administrator can change that.",
  missing: "The address or the token of the service is not set. An administrator can set them.",
  "invalid-input": "This does not work. Shorten the note."
}

/** What a failure means for a person. The host page says it as `Proxy error 409: {"error":"conflict"}`. */
export const failureText = (error: unknown): string => {
  const code = /"error":"([a-z-]+)"/.exec(error instanceof Error ? error.message : String(error))?.[1] ?? ""
  return failures[code] ?? "Something went wrong. Try again in a moment."
}
