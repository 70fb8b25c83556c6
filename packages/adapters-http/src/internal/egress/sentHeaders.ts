import type { HttpFetchHeader } from "@alga-psa/ext-domain/HttpFetch"

/** Headers of the connection, of a message's length, and of the host: only the host sets them. */
const own: ReadonlySet<string> = new Set([
  "host",
  "content-length",
  "connection",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "http2-settings",
  "expect"
])
const ownPrefix = /^(proxy-|x-alga-|x-runner-|x-ext-)/

/** The headers of a guest that are sent. Those of the connection, with those that `connection` names, and the host's own are not. */
export const sentHeaders = (headers: ReadonlyArray<HttpFetchHeader>): ReadonlyArray<HttpFetchHeader> => {
  const lower = headers.map((header) => ({ header, name: header.name.toLowerCase() }))
  const named = lower
    .filter(({ name }) => name === "connection")
    .flatMap(({ header }) => header.value.toLowerCase().split(","))
    .map((name) => name.trim())
  return lower
    .filter(({ name }) => !own.has(name) && !ownPrefix.test(name) && !named.includes(name))
    .map(({ header }) => header)
}
