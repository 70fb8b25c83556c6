import { type InvocationData, runsWithoutUser, TenantId } from "@alga-psa/ext-domain"
import { Effect, Schema } from "effect"
import { HttpRouter, type HttpServerRequest, HttpServerResponse } from "effect/http"
import { AnswerRights } from "../../AnswerRights.ts"
import { type TriggerAnswer, TriggerParams, triggersPath } from "../../Api.ts"
import { waitFor, withDeadline } from "../../Deadline.ts"
import type { ExecuteRequest } from "../../ExecuteRequest.ts"
import { fail } from "../../RunnerError.ts"
import { type KeptTrigger, Triggers } from "../../Triggers.ts"
import { answered, proven } from "./answer.ts"

const preference = "respond-async"

/** Whether the caller asks for an answer before the execution, and the execution can wait because no user does. */
export const mayWait = (
  { headers }: HttpServerRequest.HttpServerRequest,
  { context, user }: ExecuteRequest
): boolean => {
  const preferences = (headers["prefer"] ?? "").split(/[,;]/).map((one) => one.trim().toLowerCase())
  return preferences.includes(preference) && runsWithoutUser(context.trigger ?? null) && !user
}

/** The body of what is said of a kept trigger. */
const shown = (kept: KeptTrigger): typeof TriggerAnswer.Type => ({
  id: kept.id,
  ...(kept.requestId === null ? {} : { request_id: kept.requestId }),
  state: kept.state,
  attempts: kept.attempts,
  created_at: kept.createdAt,
  expires_at: kept.expiresAt,
  ...(kept.finishedAt === null ? {} : { finished_at: kept.finishedAt }),
  ...(kept.response === null ? {} : { response: kept.response }),
  ...(kept.error === null ? {} : { error: kept.error })
})

/** A request for a trigger counts as an execution of its install, without a user. */
const askedFor = (tenantId: TenantId, { extension, id, install, requestId }: KeptTrigger): InvocationData => ({
  tenantId,
  extensionId: extension,
  installId: install,
  versionId: null,
  contentHash: null,
  requestId: requestId ?? id,
  trigger: "schedule",
  user: null,
  restrictTo: null,
  settings: null
})

/** Fails if the handler's answer rests on something that the install may no longer do. */
export const mayBeShown = (tenant: TenantId, kept: KeptTrigger) =>
  kept.response === null
    ? Effect.void
    : waitFor("answer")(Effect.flatMap(AnswerRights, (rights) => rights.mayHave(askedFor(tenant, kept), kept.used)))

const uncached = { "cache-control": "no-store" }

/** The answer to an execution that is carried out later. */
export const accepted = (kept: KeptTrigger) =>
  HttpServerResponse.jsonUnsafe(shown(kept), {
    status: 202,
    headers: { ...uncached, location: `${triggersPath}/${kept.id}`, "preference-applied": preference }
  })

const decodeTenant = Schema.decodeUnknownEffect(TenantId)
const decodeParams = Schema.decodeUnknownEffect(TriggerParams)

/** `GET /v1/triggers/{id}`: what became of a kept trigger of the tenant in `x-alga-tenant`. Another's is `not_found`. */
export const trigger = (http: HttpServerRequest.HttpServerRequest) =>
  Effect.gen(function* () {
    const triggers = yield* Triggers
    yield* proven(http)
    const given = http.headers["x-alga-tenant"]
    if (!given) return yield* fail("missing_routing_headers", "x-alga-tenant")
    const unknown = () => fail("not_found", "the tenant has no such trigger")
    const tenant = yield* Effect.mapError(decodeTenant(given), unknown)
    const { id } = yield* Effect.mapError(decodeParams(yield* HttpRouter.params), unknown)
    const kept = triggers === null ? null : yield* waitFor("triggers")(triggers.find(tenant, id))
    if (kept === null) return yield* unknown()
    yield* mayBeShown(tenant, kept)
    return HttpServerResponse.jsonUnsafe(shown(kept), { headers: uncached })
  }).pipe(withDeadline(null), answered)
