import type { ExecuteResponse, HttpHeader } from "./Execute.ts"

/** Headers about one connection or one message: only the sender of the message knows them. RFC 9110, 7.6.1 and 8.6. */
const ofTheMessage: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade"
])

const statusesWithoutBody: ReadonlySet<number> = new Set([204, 205, 304])

const isSpace = (character: string | undefined): boolean => character === " " || character === "\t"

/** Whoever receives a header takes spaces and tabs off its value. */
const trimmed = (value: string): string => {
  let start = 0
  let end = value.length
  while (isSpace(value[start])) start++
  while (isSpace(value[end - 1])) end--
  return value.slice(start, end)
}

/** The header as it arrives; none where it is about the connection or the length of the message. */
export const carriedHeader = ({ name, value }: HttpHeader): ReadonlyArray<HttpHeader> =>
  ofTheMessage.has(name.toLowerCase()) ? [] : [{ name, value: trimmed(value) }]

/**
 * A handler's response as HTTP carries it: without headers of the message, without spaces around values, and without a body
 * where the status or the method allows none. Null where it sets two cookies, which cannot be joined into one header.
 */
export const carriedResponse = ({ body, headers, status }: ExecuteResponse, method: string): ExecuteResponse | null => {
  const carried = headers.flatMap(carriedHeader)
  if (carried.filter(({ name }) => name.toLowerCase() === "set-cookie").length > 1) return null
  const bodiless = statusesWithoutBody.has(status) || method.toUpperCase() === "HEAD"
  return { status, headers: carried, body: bodiless ? null : body }
}
