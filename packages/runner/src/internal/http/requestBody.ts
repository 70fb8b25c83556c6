import { brokenRules, placeOf } from "@alga-psa/ext-domain"
import { ByteSize, Context, Effect, Schema } from "effect"
import { HttpServerRequest } from "effect/http"
import { BodyRoom } from "../../BodyRoom.ts"
import { waitFor } from "../../Deadline.ts"
import { ExecuteRequest } from "../../ExecuteRequest.ts"
import { httpDefaults } from "../../HttpBounds.ts"
import { fail, type RunnerError } from "../../RunnerError.ts"

/** The largest request body. The default holds 10 MB of handler body in base64 and its envelope. */
export const RequestBytes = Context.Reference<ByteSize.ByteSize>("@alga-psa/ext-runner/RequestBytes", {
  defaultValue: () => ByteSize.bytes(httpDefaults.bodyBytes)
})

const utf8 = new TextDecoder("utf-8", { fatal: true })

/** Callers that name no type are taken at their word that it is JSON; one that names another is refused. */
const checkType = ({ headers }: HttpServerRequest.HttpServerRequest): Effect.Effect<void, RunnerError> => {
  const type = headers["content-type"] ?? "application/json"
  const encoding = headers["content-encoding"] ?? "identity"
  const json = /^application\/([a-z0-9.+-]+\+)?json\s*(;|$)/i.test(type)
  const charset = /;\s*charset="?([^";\s]+)/i.exec(type)?.[1] ?? "utf-8"
  return json && charset.toLowerCase() === "utf-8" && encoding.toLowerCase() === "identity"
    ? Effect.void
    : Effect.fail(fail("unsupported_media_type", "the body must be application/json in UTF-8, without an encoding"))
}

const readBytes = Effect.fnUntraced(function* (request: HttpServerRequest.HttpServerRequest) {
  const most = yield* RequestBytes
  const mostBytes = ByteSize.toNumberUnsafe(most)
  const tooLarge = () => fail("payload_too_large", `a request body holds at most ${mostBytes} bytes`)
  const reported = request.headers["content-length"]
  const length = reported === undefined ? mostBytes : Number(reported)
  if (length > mostBytes) return yield* tooLarge()
  const room = yield* BodyRoom
  yield* waitFor("room")(room.hold(request.headers["x-alga-tenant"] ?? "", length))
  return yield* request.arrayBuffer.pipe(
    Effect.provideService(HttpServerRequest.MaxBodySize, most),
    Effect.mapError((error) =>
      error.reason._tag === "RequestParseError" && error.reason.reason === "BodyTooLarge"
        ? tooLarge()
        : fail("invalid_request", "the body could not be read", error)
    )
  )
})

/**
 * Reads and checks a JSON body. A failure names the field and the rule, and never repeats a value. The body counts among those
 * under way until the scope closes.
 */
export const readJson = <S extends Schema.Codec<unknown, unknown>>(schema: S) => {
  const decode = Schema.decodeUnknownEffect(schema)
  return Effect.fnUntraced(function* (request: HttpServerRequest.HttpServerRequest) {
    yield* checkType(request)
    const bytes = yield* readBytes(request)
    const json = yield* Effect.try({
      try: (): unknown => JSON.parse(utf8.decode(bytes)),
      catch: () => fail("invalid_json", "the body is not JSON in UTF-8")
    })
    return yield* Effect.mapError(decode(json), (error) => {
      const [{ message, path }] = brokenRules(error.issue)
      return fail("invalid_request", `${placeOf(path) || "body"}: ${message}`)
    })
  })
}

/** Reads and checks the body of an execution. */
export const readExecuteRequest = readJson(ExecuteRequest)
