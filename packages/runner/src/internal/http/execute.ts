import type { UsedRights } from "@alga-psa/ext-domain"
import { Context, Effect } from "effect"
import { type HttpServerRequest, HttpServerResponse } from "effect/http"
import { AnswerRights } from "../../AnswerRights.ts"
import { Deadline, endAt, LongestTime, lower, start, waitFor } from "../../Deadline.ts"
import type { ExecuteRequest } from "../../ExecuteRequest.ts"
import { Execution } from "../../Execution.ts"
import { fingerprintOf } from "../../Fingerprint.ts"
import { Idempotency, idempotencyKeyHeader } from "../../Idempotency.ts"
import { Life } from "../../Life.ts"
import { checkOrigin } from "../../Origin.ts"
import { requestIdHeader, requestIdOf } from "../../RequestId.ts"
import { fail, type RunnerError } from "../../RunnerError.ts"
import { Triggers } from "../../Triggers.ts"
import { invocationOf } from "../invocation.ts"
import { observed } from "../observe.ts"
import { ofData } from "../refusals.ts"
import { answered, proven } from "./answer.ts"
import { executeAnswer } from "./executeAnswer.ts"
import { HostUnread } from "./pageHost.ts"
import { readExecuteRequest } from "./requestBody.ts"
import { accepted, mayBeShown, mayWait } from "./trigger.ts"

const checkRouting = (
  headers: HttpServerRequest.HttpServerRequest["headers"],
  { context }: ExecuteRequest
): Effect.Effect<void, RunnerError> => {
  const tenant = headers["x-alga-tenant"]
  const extension = headers["x-alga-extension"]
  if (!tenant || !extension) return Effect.fail(fail("missing_routing_headers", "x-alga-tenant, x-alga-extension"))
  return tenant.toLowerCase() === context.tenant_id && extension.toLowerCase() === context.extension_id
    ? Effect.void
    : Effect.fail(fail("routing_mismatch", "x-alga-tenant and x-alga-extension must agree with the body"))
}

const idempotencyKey = ({
  headers
}: HttpServerRequest.HttpServerRequest): Effect.Effect<string | null, RunnerError> => {
  const key = headers[idempotencyKeyHeader]
  if (key === undefined) return Effect.succeed(null)
  return /^[\x20-\x7e]{1,200}$/.test(key)
    ? Effect.succeed(key)
    : Effect.fail(fail("invalid_request", `${idempotencyKeyHeader}: must be 1 to 200 printable ASCII characters`))
}

/**
 * How a failure is reported to a caller: `http` by the status of the answer, `200` only by the `status` in its body.
 */
export const FailureStatus = Context.Reference<"http" | "200">("@alga-psa/ext-runner/FailureStatus", {
  defaultValue: () => "http"
})

const withStatus = (response: HttpServerResponse.HttpServerResponse) =>
  Effect.map(FailureStatus, (kind) =>
    kind === "200" && response.status >= 400 ? HttpServerResponse.setStatus(response, 200) : response
  )

/** `POST /v1/execute`. */
export const execute = (http: HttpServerRequest.HttpServerRequest) => {
  let requestId = requestIdOf(http.headers[requestIdHeader])
  let fields = {}

  const run = Effect.gen(function* () {
    const execution = yield* Execution
    const rights = yield* AnswerRights
    const life = yield* Life
    const idempotency = yield* Idempotency
    const arrived = yield* start(yield* LongestTime)
    const unread = yield* HostUnread
    if (unread !== null) return yield* ofData(unread)
    yield* proven(http)
    const request = yield* waitFor("body")(readExecuteRequest(http)).pipe(endAt(arrived))
    const deadline = lower(arrived, request.limits?.timeout_ms)
    const { context } = request
    if (http.headers[requestIdHeader] === undefined) requestId = requestIdOf(context.request_id ?? undefined)
    fields = { tenant: context.tenant_id, extension: context.extension_id, install: context.install_id }
    yield* checkRouting(http.headers, request)
    const key = yield* idempotencyKey(http)
    const triggers = yield* Triggers
    const { install_id: install, tenant_id: tenant } = context
    const named = key === null ? null : { tenant, install, key, fingerprint: fingerprintOf(request) }
    if (triggers !== null && mayWait(http, request)) {
      yield* checkOrigin(request)
      const reserved = named === null || idempotency === null ? Effect.void : idempotency.reserve(named)
      const accepting = triggers.accept({
        request: { ...request, context: { ...context, request_id: requestId } },
        key,
        fingerprint: named?.fingerprint ?? fingerprintOf(request)
      })
      const kept = yield* endAt(arrived)(waitFor("triggers")(life.admit(Effect.andThen(reserved, accepting))))
      fields = { ...fields, triggerId: kept.id }
      yield* endAt(arrived)(mayBeShown(tenant, kept))
      return accepted(kept)
    }
    const running = Effect.provideService(life.admit(execution.run(request, requestId)), Deadline, deadline)
    if (idempotency === null || named === null) {
      return yield* executeAnswer(tenant, (yield* endAt(deadline)(running)).response)
    }
    const mayHave = (used: UsedRights | null) => rights.mayHave(invocationOf(request, requestId), used)
    const once = idempotency.once(named, { run: running, mayHave })
    const answer = yield* endAt(deadline)(waitFor("key")(life.admit(once)))
    fields = { ...fields, replayed: answer.replayed }
    return yield* executeAnswer(tenant, answer.response)
  })

  return observed(Effect.scoped(run), () => ({ requestId, ...fields })).pipe(
    answered,
    Effect.flatMap(withStatus),
    Effect.map((response) => HttpServerResponse.setHeader(response, requestIdHeader, requestId))
  )
}
