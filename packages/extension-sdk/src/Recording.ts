import type { ExecuteRequest, ExecuteResponse } from "@alga-psa/extension-runtime"
import type { WorldCall, WorldReply } from "./SandboxedComponent.ts"

/** A value as JSON: bytes are `{"$text": …}` or, where they are no text, `{"$base64": …}`; a `bigint` is `{"$u64": "1"}`. */
export type RecordedValue = unknown

/** A call of the host with what it answered. Log lines are left out. */
export interface RecordedCall {
  /** Interface and function, such as `clients.listClients`. */
  readonly call: string
  readonly args: ReadonlyArray<RecordedValue>
  readonly reply: { readonly ok: RecordedValue } | { readonly error: string }
}

/**
 * One execution, as a test can replay it: the request, what the host answered, and the response. `•••` stands for any
 * text. It replaces answers of `secrets.get`, headers whose names suggest a credential, and every secret of four
 * letters or more. A secret is found as plain text, as JSON escapes it, as `encodeURIComponent` writes it, and as a
 * form does. A secret in another form, such as Base64, stays. The headers that the host alone gives a handler are left
 * out.
 */
export interface Recording {
  /** The version of this form. */
  readonly recording: 1
  readonly request: {
    readonly method: string
    /** Path and query. */
    readonly url: string
    readonly headers: ReadonlyArray<{ readonly name: string; readonly value: string }>
    readonly body: RecordedValue
  }
  readonly calls: ReadonlyArray<RecordedCall>
  readonly response: {
    readonly status: number
    /** By their names in lower case; several of one name are joined by a comma. */
    readonly headers: Readonly<Record<string, string>>
    readonly body: RecordedValue
  }
}

/** What stands for a text that is not to be kept. */
export const hiddenText = "•••"

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

const bytesOf = (value: Uint8Array) => {
  try {
    return { $text: utf8.decode(value) }
  } catch {
    return { $base64: btoa(Array.from(value, (byte) => String.fromCharCode(byte)).join("")) }
  }
}

/** A value as a recording has it. Hears of bytes that are no text. */
export const toRecorded = (value: unknown, onBytes: (bytes: Uint8Array) => void = () => {}): RecordedValue => {
  if (typeof value === "bigint") return { $u64: String(value) }
  if (value instanceof Uint8Array) {
    const recorded = bytesOf(value)
    if ("$base64" in recorded) onBytes(value)
    return recorded
  }
  if (Array.isArray(value)) return value.map((one) => toRecorded(one, onBytes))
  if (typeof value !== "object" || value === null) return value ?? null
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, toRecorded(field, onBytes)]))
}

/** The value that a recording stands for. */
export const fromRecorded = (value: RecordedValue): unknown => {
  if (Array.isArray(value)) return value.map(fromRecorded)
  if (typeof value !== "object" || value === null) return value
  if ("$u64" in value) return BigInt(String(value.$u64))
  if ("$text" in value) return new TextEncoder().encode(String(value.$text))
  if ("$base64" in value) return Uint8Array.from(atob(String(value.$base64)), (letter) => letter.charCodeAt(0))
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, fromRecorded(field)]))
}

const fitsText = (recorded: string, text: string): boolean => {
  const [first = "", ...rest] = recorded.split(hiddenText)
  if (rest.length === 0) return recorded === text
  const last = rest.pop() ?? ""
  if (!text.startsWith(first) || !text.slice(first.length).endsWith(last)) return false
  let at = first.length
  for (const part of rest) {
    const found = text.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return at <= text.length - last.length
}

/** Whether a value is what was recorded. What was hidden fits any text. */
export const fitsRecorded = (recorded: RecordedValue, value: RecordedValue): boolean => {
  if (typeof recorded === "string" && typeof value === "string") return fitsText(recorded, value)
  if (typeof recorded !== "object" || recorded === null || typeof value !== "object" || value === null) {
    return Object.is(recorded, value)
  }
  const [names, others] = [Object.keys(recorded), Object.keys(value)]
  return (
    Array.isArray(recorded) === Array.isArray(value) &&
    names.length === others.length &&
    names.every(
      (name) => Object.hasOwn(value, name) && fitsRecorded(Reflect.get(recorded, name), Reflect.get(value, name))
    )
  )
}

/** A response as a recording has it. */
export const recordedResponse = ({ body, headers = [], status }: ExecuteResponse): Recording["response"] => {
  const joined = new Map<string, string>()
  for (const { name, value } of headers) {
    const before = joined.get(name.toLowerCase())
    joined.set(name.toLowerCase(), before === undefined ? value : `${before}, ${value}`)
  }
  return { status, headers: Object.fromEntries(joined), body: toRecorded(body ?? null) }
}

/** The request that was recorded, for a component. */
export const requestOf = ({ request }: Recording): ExecuteRequest => ({
  context: { tenantId: "tenant", extensionId: "extension" },
  http: {
    method: request.method,
    url: request.url,
    headers: [...request.headers],
    body: fromRecorded(request.body) as Uint8Array | null
  }
})

const shown = (call: string, args: ReadonlyArray<RecordedValue>): string =>
  `${call}(${args.map((one) => JSON.stringify(one)).join(", ")})`

/** A host that answers as it did. It throws where the calls are others, and `end` where some were not made. */
export const recordedHost = ({ calls }: Recording) => {
  let made = 0
  return {
    answer: async ({ args, function: name, interface: part }: WorldCall): Promise<WorldReply> => {
      if (part === "logging") return { ok: null }
      const [call, given] = [`${part}.${name}`, args.map((one) => toRecorded(one))]
      const recorded = calls[made]
      made += 1
      if (recorded?.call !== call || !fitsRecorded(recorded.args, given)) {
        const before = recorded === undefined ? "no such call" : shown(recorded.call, recorded.args)
        throw new Error(`host call ${made} is ${shown(call, given)}; recorded was ${before}`)
      }
      return "ok" in recorded.reply ? { ok: fromRecorded(recorded.reply.ok) } : recorded.reply
    },
    end: (): void => {
      const next = calls[made]
      if (next !== undefined) throw new Error(`host call ${made + 1} was not made: ${shown(next.call, next.args)}`)
    }
  }
}
