/** What a page may ask of the window around it. */
export type PageMessage =
  | { readonly type: "ready" }
  | { readonly type: "apiproxy"; readonly requestId: string; readonly payload: Readonly<Record<string, unknown>> }
  | { readonly type: "resize"; readonly height: number }

/** What the window around a page tells it. */
export type HostMessage =
  | { readonly type: "theme"; readonly payload: Readonly<Record<string, string>> }
  | { readonly type: "apiproxy_response"; readonly payload: { readonly body: string } | { readonly error: string } }

const longestId = 200

const record = (value: unknown): Readonly<Record<string, unknown>> | null =>
  typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : null

const idOf = (value: unknown): string | null =>
  typeof value === "string" && value !== "" && value.length <= longestId ? value : null

/** Reads a message of version 1; null where it is none, or nothing that a host knows. */
export const readMessage = (data: unknown): PageMessage | null => {
  const envelope = record(data)
  if (envelope?.["alga"] !== true || envelope["version"] !== "1") return null
  const requestId = idOf(envelope["request_id"])
  const payload = record(envelope["payload"]) ?? {}
  const { height } = payload
  switch (envelope["type"]) {
    case "ready":
      return { type: "ready" }
    case "apiproxy":
      return requestId === null ? null : { type: "apiproxy", requestId, payload }
    case "resize":
      return typeof height === "number" && Number.isFinite(height) ? { type: "resize", height } : null
    default:
      return null
  }
}

/** A message to a page, in its envelope. An answer carries the id of its request. */
export const envelope = (message: HostMessage, requestId: string | null) => ({
  alga: true,
  version: "1",
  ...message,
  ...(requestId === null ? {} : { request_id: requestId })
})
