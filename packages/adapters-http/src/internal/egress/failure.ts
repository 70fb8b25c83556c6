import { HttpFetchError } from "@alga-psa/ext-domain/HttpFetch"

/** A failed fetch, with words for the host's log. They hold no path, header or body. */
export const failure = (code: HttpFetchError["code"], why: string): HttpFetchError =>
  new HttpFetchError({ code, cause: new Error(why) })

/** The name of a system's or library's error. Its message may hold what no log line shows. */
const nameOf = (error: unknown): string => {
  if (!(error instanceof Error)) return "unknown error"
  return "code" in error && typeof error.code === "string" ? error.code : error.name
}

/** The guest's error for an error of the connection or of its library. */
export const failureOf = (error: unknown, otherwise: "transport" | "internal"): HttpFetchError => {
  if (error instanceof HttpFetchError) return error
  const name = nameOf(error)
  return failure(name === "UND_ERR_INVALID_ARG" ? "invalid-url" : otherwise, name)
}
