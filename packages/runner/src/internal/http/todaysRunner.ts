import {
  asExecution,
  ClientReads,
  type FoundInstall,
  InstallLookup,
  type Invocation,
  type InvocationData,
  type ReadError,
  ServiceReads
} from "@alga-psa/ext-domain"
import { Context, Effect, Option, type Redacted, Schema } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import { ReadsParams } from "../../Api.ts"
import { waitFor, withDeadline } from "../../Deadline.ts"
import { requestIdHeader, requestIdOf } from "../../RequestId.ts"
import type { RunnerError } from "../../RunnerError.ts"
import { provesOneOf } from "../../ServiceToken.ts"
import { ofData } from "../refusals.ts"
import { makeBoundedByTenant, readsBounds } from "./boundedByTenant.ts"
import { ReadsRequest, readsCodes, readsTokenHeader } from "./readsBodies.ts"
import { readJson } from "./requestBody.ts"

/** What today's runner sends as `x-runner-auth`; null where its paths do not exist. */
export const ReadsToken = Context.Reference<Redacted.Redacted | null>("@alga-psa/ext-runner/ReadsToken", {
  defaultValue: () => null
})

const readBody = readJson(ReadsRequest)
const decodeParams = Schema.decodeUnknownOption(ReadsParams)

/** A failure, as the product says it. */
class Refused {
  readonly status: keyof typeof readsCodes
  readonly error: string
  constructor(status: keyof typeof readsCodes, error: string) {
    this.status = status
    this.error = error
  }
}

const uncached = { "cache-control": "no-store" }
const answer = (status: number, body: object) => HttpServerResponse.jsonUnsafe(body, { status, headers: uncached })

const ofRead = (error: ReadError): Refused => {
  if (error.code === "not-allowed") return new Refused(403, "Not allowed")
  return error.code === "invalid-input" ? new Refused(400, error.message) : new Refused(500, "Internal error")
}

const ofRunner = ({ detail, status }: RunnerError): Refused =>
  status >= 400 && status < 500 ? new Refused(400, detail) : new Refused(500, "Internal error")

const invocationFor = (found: FoundInstall, { user }: ReadsRequest, requestId: string): InvocationData => ({
  tenantId: found.tenantId,
  extensionId: found.extensionId,
  installId: found.installId,
  versionId: null,
  contentHash: found.contentHash,
  requestId,
  trigger: null,
  user: user
    ? {
        userId: user.userId,
        userEmail: "",
        userName: "",
        userType: "",
        clientName: "",
        clientId: null,
        additionalFields: {}
      }
    : null,
  restrictTo: null,
  source: "todays-runner",
  settings: null
})

/** Answers one of the two operations of a resource, as the product's own path does. */
type Read = (body: ReadsRequest) => Effect.Effect<object, ReadError, ClientReads | ServiceReads | Invocation>

/** What a caller passes may be anything: the guarded reads judge it. */
const carryOut = (
  { input, operation }: ReadsRequest,
  id: string,
  list: (input: never) => Effect.Effect<object, ReadError, Invocation>,
  get: (id: string) => Effect.Effect<object | null, ReadError, Invocation>
): Effect.Effect<object, ReadError, Invocation> =>
  operation === "list" ? list(input as never) : Effect.map(get(input?.[id] as string), (item) => ({ item }))

const clients: Read = (body) => Effect.flatMap(ClientReads, ({ get, list }) => carryOut(body, "clientId", list, get))
const services: Read = (body) => Effect.flatMap(ServiceReads, ({ get, list }) => carryOut(body, "serviceId", list, get))

/** What answers the two paths at which the product's own runner asks for clients and services. */
export const makeReads = () => {
  const bounded = makeBoundedByTenant(readsBounds)
  const answering = (read: Read) => (http: HttpServerRequest.HttpServerRequest) =>
    Effect.gen(function* () {
      const lookup = yield* InstallLookup
      const params = decodeParams(yield* HttpRouter.params)
      const body = yield* Effect.mapError(waitFor("body")(readBody(http)), ofRunner)
      const found = Option.isNone(params)
        ? null
        : yield* waitFor("rights")(Effect.mapError(lookup.byId(params.value.installId), ofData)).pipe(
            Effect.mapError(ofRunner)
          )
      if (found === null) return yield* Effect.fail(new Refused(404, "Install not found"))
      const invocation = invocationFor(found, body, requestIdOf(http.headers[requestIdHeader]))
      const asked = bounded(found.tenantId, asExecution(invocation)(Effect.mapError(read(body), ofRead)))
      const given = yield* waitFor("answer")(
        Effect.mapError(asked, (error) => (error instanceof Refused ? error : ofRunner(error)))
      )
      return answer(200, given)
    }).pipe(
      Effect.scoped,
      withDeadline(null),
      Effect.catch((error) => Effect.succeed(error instanceof Refused ? error : ofRunner(error))),
      Effect.catchCause((cause) => Effect.as(Effect.logError("a defect", cause), new Refused(500, "Internal error"))),
      Effect.map((given) =>
        given instanceof Refused ? answer(given.status, { error: given.error, code: readsCodes[given.status] }) : given
      )
    )
  return { clients: answering(clients), services: answering(services) }
}

const unauthorized = answer(401, { error: `${readsTokenHeader} is missing or wrong`, code: readsCodes[401] })

/**
 * Lets only requests with the token come to a path for reads, whatever their method. No other token opens it, and the switch of
 * the service token's check does not apply.
 */
export const withReadsToken = <E, R>(route: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>) =>
  Effect.gen(function* () {
    const http = yield* HttpServerRequest.HttpServerRequest
    const token = yield* ReadsToken
    const isProven = token !== null && provesOneOf([token])(http.headers[readsTokenHeader])
    return isProven ? yield* route : unauthorized
  })
