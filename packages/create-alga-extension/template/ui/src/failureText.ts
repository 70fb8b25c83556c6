const texts: Readonly<Record<string, string>> = {
  "not-allowed": "You, or this extension, may not see this. An administrator can change that.",
  "invalid-input": "This search does not work. Shorten it."
}

/** What a failure means for a person. The host says it as `Proxy error 403: {"error":"not-allowed"}`. */
export const failureText = (error: unknown): string => {
  const [, code = ""] = /"error":"([a-z-]+)"/.exec(error instanceof Error ? error.message : "") ?? []
  return texts[code] ?? "Something went wrong. Try again in a moment."
}
