import { type HostCall, type HostReply, packageName } from "@alga-psa/ext-adapters-wit"
import { hiddenText, type RecordedCall, type Recording, toRecorded } from "@alga-psa/ext-extension-sdk/Recording"
import type { ExecuteRequest } from "@alga-psa/ext-runner/ExecuteRequest"
import type { ExecuteResponse } from "@alga-psa/ext-runner/ExecuteResponse"
import { withoutCredentials } from "./internal/hidden.ts"
import { targetOf } from "./internal/recordedAnswer.ts"

/** How much of an execution is kept for a test, in letters of JSON. */
const mostLetters = 500_000

/** The headers that the host alone gives a handler. They are in no recorded test. */
const ofHost = /^x-alga-/i

/** A value without what nobody is to read: secrets in its texts, and what headers of credentials hold. */
const hiding = (hide: (text: string) => string) => {
  const hidden = (value: unknown): unknown => {
    if (typeof value === "string") return hide(value)
    if (Array.isArray(value)) return value.map(hidden)
    if (typeof value !== "object" || value === null) return value
    return Object.fromEntries(
      Object.entries(withoutCredentials(value) as object).map(([name, field]) => [name, hidden(field)])
    )
  }
  return hidden
}

/** Bytes that are no text may hold a secret all the same, and are then not kept. */
const isSafe = (bytes: Uint8Array, hide: (text: string) => string): boolean => {
  const text = Buffer.from(bytes).toString("latin1")
  return hide(text) === text
}

/** What an execution said and was answered, for a test that replays it. */
export interface Tape {
  readonly note: (call: HostCall, reply: HostReply) => void
  /** The recording; a sentence where there can be none. */
  readonly recording: (request: ExecuteRequest["http"], response: ExecuteResponse | null) => Recording | string
}

/** An empty tape. Secrets are hidden as it is written. */
export const makeTape = (hide: (text: string) => string): Tape => {
  const calls: Array<RecordedCall> = []
  const hidden = hiding(hide)
  let letters = 0
  let unsafe = false
  const kept = (value: unknown): unknown =>
    hidden(
      toRecorded(value, (bytes) => {
        unsafe ||= !isSafe(bytes, hide)
      })
    )
  const header = (one: Recording["request"]["headers"][number]) => hidden(one) as typeof one
  return {
    note: (call, reply) => {
      if (call.interface === `${packageName}/logging` || letters > mostLetters) return
      const name = `${call.interface.replace(`${packageName}/`, "")}.${call.function}`
      const ok = () => ({ ok: name === "secrets.get" ? hiddenText : kept(reply.value) })
      const recorded = {
        call: name,
        args: call.args.map(kept),
        reply: reply.type === "error" ? { error: reply.value } : ok()
      }
      letters += JSON.stringify(recorded).length
      calls.push(recorded)
    },
    recording: (request, response) => {
      if (response === null) return "there is no answer to keep"
      const body = (bytes: Uint8Array | null | undefined) => kept(bytes ?? null)
      const headers = Object.entries(request.headers ?? {}).map(([name, value]) => ({ name, value }))
      const recording: Recording = {
        recording: 1,
        request: {
          method: request.method,
          url: hide(targetOf(request)),
          headers: headers.filter(({ name }) => !ofHost.test(name)).map(header),
          body: body(request.body_b64)
        },
        calls,
        response: {
          status: response.status,
          headers: Object.fromEntries(
            Object.entries(response.headers).map(([name, value]) => [name, header({ name, value }).value])
          ),
          body: body(response.body_b64 === undefined ? null : Buffer.from(response.body_b64, "base64"))
        }
      }
      if (letters > mostLetters || JSON.stringify(recording).length > 2 * mostLetters)
        return "it is too long for a test"
      return unsafe ? "a secret is in bytes that are not text" : recording
    }
  }
}
