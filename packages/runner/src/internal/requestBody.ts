import { ByteSize, Effect, Schema, SchemaIssue } from "effect"
import { HttpServerRequest } from "effect/http"
import { ExecuteRequest } from "../ExecuteRequest.ts"
import { fail, type RunnerError } from "../RunnerError.ts"

/** The largest request body: 16 MiB, which holds 10 MB of handler body in base64 and its envelope. */
export const requestBytes = ByteSize.mebibytes(16)

const format = SchemaIssue.makeFormatterStandardSchemaV1()
const decodeRequest = Schema.decodeUnknownEffect(ExecuteRequest)
const utf8 = new TextDecoder("utf-8", { fatal: true })

const readBytes = (request: HttpServerRequest.HttpServerRequest): Effect.Effect<ArrayBuffer, RunnerError> =>
  request.arrayBuffer.pipe(
    Effect.provideService(HttpServerRequest.MaxBodySize, requestBytes),
    Effect.mapError((error) =>
      error.reason._tag === "RequestParseError" && error.reason.reason === "BodyTooLarge"
        ? fail("payload_too_large", `a request body holds at most ${ByteSize.toNumberUnsafe(requestBytes)} bytes`)
        : fail("invalid_request", "the body could not be read", error)
    )
  )

/** Reads and checks the body. A failure names the field and the rule, and never repeats a value. */
export const readExecuteRequest = Effect.fnUntraced(function* (request: HttpServerRequest.HttpServerRequest) {
  const bytes = yield* readBytes(request)
  const json = yield* Effect.try({
    try: (): unknown => JSON.parse(utf8.decode(bytes)),
    catch: () => fail("invalid_json", "the body is not JSON in UTF-8")
  })
  return yield* Effect.mapError(decodeRequest(json), (error) => {
    const issue = format(error.issue).issues[0]
    return fail(
      "invalid_request",
      `${issue?.path?.map(String).join(".") || "body"}: ${issue?.message ?? "is not valid"}`
    )
  })
})
