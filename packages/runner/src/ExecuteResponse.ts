import type { ExecuteResponse as GuestResponse, HttpHeader, HttpRequest } from "@alga-psa/ext-adapters-wit"
import { Schema } from "effect"
import type { ExecuteRequest } from "./ExecuteRequest.ts"

/** The body of an answer to `POST /v1/execute`. `error` is set when the runner did not carry the execution out. */
export const ExecuteResponse = Schema.Struct({
  status: Schema.Int,
  headers: Schema.Record(Schema.String, Schema.String),
  body_b64: Schema.optionalKey(Schema.String),
  error: Schema.optionalKey(Schema.String)
})
export interface ExecuteResponse extends Schema.Schema.Type<typeof ExecuteResponse> {}

/** What the handler receives: the path with the query encoded behind it, the headers as a list, and those of the host. */
export const guestRequest = ({ http }: ExecuteRequest, hostHeaders: ReadonlyArray<HttpHeader>): HttpRequest => {
  const query = new URLSearchParams(http.query ?? {}).toString()
  return {
    method: http.method,
    url: query === "" ? http.path : `${http.path}${http.path.includes("?") ? "&" : "?"}${query}`,
    headers: Object.entries(http.headers ?? {}).map(([name, value]) => ({ name, value })),
    hostHeaders,
    body: http.body_b64 ?? null
  }
}

/** What the caller receives. Header names are lower-cased; values of one name are joined with a comma. */
export const executeResponse = ({ body, headers, status }: GuestResponse): ExecuteResponse => {
  const joined = new Map<string, string>()
  for (const { name, value } of headers) {
    const key = name.toLowerCase()
    const before = joined.get(key)
    joined.set(key, before === undefined ? value : `${before}, ${value}`)
  }
  return {
    status,
    headers: Object.fromEntries(joined),
    ...(body === null ? {} : { body_b64: Buffer.from(body).toString("base64") })
  }
}
