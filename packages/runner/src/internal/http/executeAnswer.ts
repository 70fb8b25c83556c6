import { Effect, Stream } from "effect"
import { HttpServerResponse } from "effect/http"
import type { ExecuteResponse } from "../../ExecuteResponse.ts"
import { WaitingAnswers } from "../../WaitingAnswers.ts"

/** Longer bodies are written piece by piece, each when the caller has taken the one before. */
const pieceLength = 65_536
const headers = { "cache-control": "no-store" }

/** Base64 is JSON as it is. */
function* pieces(before: string, base64: string, after: string): Generator<Uint8Array> {
  yield Buffer.from(before)
  for (let at = 0; at < base64.length; at += pieceLength) {
    yield Buffer.from(base64.slice(at, at + pieceLength), "latin1")
  }
  yield Buffer.from(after)
}

/**
 * The answer to a request that was carried out for a tenant. While a caller reads a long answer, only its body is in
 * memory, and it counts among the waiting answers.
 */
export const executeAnswer = (
  tenantId: string,
  response: ExecuteResponse
): Effect.Effect<HttpServerResponse.HttpServerResponse> => {
  const { body_b64: base64 = "", ...rest } = response
  if (base64.length <= pieceLength) return Effect.succeed(HttpServerResponse.jsonUnsafe(response, { headers }))
  const before = `${JSON.stringify(rest).slice(0, -1)},"body_b64":"`
  const after = '"}'
  const contentLength = Buffer.byteLength(before) + base64.length + after.length
  return Effect.map(WaitingAnswers, ({ hold }) => {
    const written = Stream.fromIterable(pieces(before, base64, after), { chunkSize: 1 })
    const counted = Stream.unwrap(Effect.as(hold(tenantId, contentLength), written))
    return HttpServerResponse.stream(counted, { contentType: "application/json", contentLength, headers })
  })
}
