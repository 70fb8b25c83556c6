import type { ExecuteRequest } from "@alga-psa/ext-runner/ExecuteRequest"
import type { ExecuteResponse } from "@alga-psa/ext-runner/ExecuteResponse"
import type { AnswerRecord, SentRecord } from "../ExecutionRecord.ts"
import { utf8Text } from "./utf8Text.ts"

/** How many letters of each the panel is sent. */
const shown = { target: 2_000, sentBody: 2_000, answerBody: 4_000, headers: 50, header: 500 } as const

/** Path and query of a request, as a caller writes them. */
export const targetOf = ({ path, query }: ExecuteRequest["http"]): string => {
  const written = new URLSearchParams(query ?? {}).toString()
  return written === "" ? path : `${path}?${written}`
}

/** A request as the panel shows it. */
export const sentRecord = (http: ExecuteRequest["http"], hide: (text: string) => string): SentRecord => {
  const target = hide(targetOf(http))
  const bytes = http.body_b64 ?? new Uint8Array()
  const body = utf8Text(bytes)
  const type = Object.entries(http.headers ?? {}).find(([name]) => name.toLowerCase() === "content-type")?.[1] ?? null
  return {
    method: http.method,
    target: target.length > shown.target ? null : target,
    type: type === null ? null : hide(type).slice(0, shown.header),
    body: body === null || body.length > shown.sentBody ? null : hide(body),
    bytes: bytes.byteLength
  }
}

/** An answer as the panel shows it, with so many letters of its body. */
export const answerRecord = (
  { body_b64 = "", headers, status }: ExecuteResponse,
  hide: (text: string) => string,
  most: number = shown.answerBody
): AnswerRecord => {
  const bytes = Buffer.from(body_b64, "base64")
  const text = utf8Text(bytes)
  const body = text === null ? null : hide(text)
  return {
    status,
    headers: Object.entries(headers)
      .slice(0, shown.headers)
      .map(([name, value]) => [name, hide(value).slice(0, shown.header)] as const),
    body: body === null ? null : body.slice(0, most),
    whole: body !== null && body.length <= most,
    bytes: bytes.byteLength
  }
}
