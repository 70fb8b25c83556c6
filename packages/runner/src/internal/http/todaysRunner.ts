import {
  absent,
  asExecution,
  ClientReads,
  type FoundInstall,
  InstallId,
  InstallLookup,
  type Invocation,
  type InvocationData,
  type ReadError,
  ServiceReads,
  UserId
} from "@alga-psa/ext-domain"
import { Context, Effect, Option, type Redacted, Schema } from "effect"
import { HttpRouter, type HttpServerRequest, HttpServerResponse } from "effect/http"
import { waitFor, within } from "../../Deadline.ts"
import { requestIdHeader, requestIdOf } from "../../RequestId.ts"
import { fail, type RunnerError } from "../../RunnerError.ts"
import { provesOneOf } from "../../ServiceToken.ts"
import { ofData } from "../refusals.ts"
import { named, only, refuse } from "./answer.ts"
import { makeBoundedByTenant, readsBounds } from "./boundedByTenant.ts"
import { readJson } from "./requestBody.ts"

/** What today's runner sends as `x-runner-auth`; null where its paths do not exist. */
export const ReadsToken = Context.Reference<Redacted.Redacted | null>("@alga-psa/ext-runner/ReadsToken", {
  defaultValue: () => null
})

type Request = HttpServerRequest.HttpServerRequest

const tokenHeader = "x-runner-auth"

/** The type of the user that it names is not read: the database says it. */
const Body = Schema.Struct({
  operation: Schema.Literals(["list", "get"]).annotate({ message: "must be list or get" }),
  input: absent(Schema.Record(Schema.String, Schema.Unknown)),
  user: absent(Schema.Struct({ userId: UserId }))
})
type Body = typeof Body.Type

const readBody = readJson(Body)
const decodeInstall = Schema.decodeUnknownOption(InstallId)

const codes = {
  401: "UNAUTHORIZED",
  403: "NOT_ALLOWED",
  400: "INVALID_INPUT",
  404: "NOT_FOUND",
  500: "INTERNAL_ERROR"
} as const

/** A failure, as the product says it. */
class Refused {
  readonly status: keyof typeof codes
  readonly error: string
  constructor(status: keyof typeof codes, error: string) {
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

const invocationFor = (found: FoundInstall, { user }: Body, requestId: string): InvocationData => ({
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
type Read = (body: Body) => Effect.Effect<object, ReadError, ClientReads | ServiceReads | Invocation>

/** What a caller passes may be anything: the guarded reads judge it. */
const carryOut = (
  { input, operation }: Body,
  id: string,
  list: (input: never) => Effect.Effect<object, ReadError, Invocation>,
  get: (id: string) => Effect.Effect<object | null, ReadError, Invocation>
): Effect.Effect<object, ReadError, Invocation> =>
  operation === "list" ? list(input as never) : Effect.map(get(input?.[id] as string), (item) => ({ item }))

const reads: Readonly<Record<string, Read>> = {
  "/api/internal/ext-clients/install/:installId": (body) =>
    Effect.flatMap(ClientReads, ({ get, list }) => carryOut(body, "clientId", list, get)),
  "/api/internal/ext-services/install/:installId": (body) =>
    Effect.flatMap(ServiceReads, ({ get, list }) => carryOut(body, "serviceId", list, get))
}

/** The two paths, as they are routed. */
export const readsPaths: ReadonlyArray<string> = Object.keys(reads)

const makeAnswer = () => {
  const bounded = makeBoundedByTenant(readsBounds)
  return (read: Read, http: Request) =>
    Effect.gen(function* () {
      const lookup = yield* InstallLookup
      const params = yield* HttpRouter.params
      const body = yield* Effect.mapError(waitFor("body")(readBody(http)), ofRunner)
      const install = decodeInstall(params["installId"])
      const found = Option.isNone(install)
        ? null
        : yield* waitFor("rights")(Effect.mapError(lookup.byId(install.value), ofData)).pipe(Effect.mapError(ofRunner))
      if (found === null) return yield* Effect.fail(new Refused(404, "Install not found"))
      const invocation = invocationFor(found, body, requestIdOf(http.headers[requestIdHeader]))
      const asked = bounded(found.tenantId, asExecution(invocation)(Effect.mapError(read(body), ofRead)))
      const given = yield* waitFor("answer")(
        Effect.mapError(asked, (error) => (error instanceof Refused ? error : ofRunner(error)))
      )
      return answer(200, given)
    }).pipe(
      Effect.scoped,
      within(null),
      Effect.catch((error) => Effect.succeed(error instanceof Refused ? error : ofRunner(error))),
      Effect.catchCause((cause) => Effect.as(Effect.logError("a defect", cause), new Refused(500, "Internal error"))),
      Effect.map((given) =>
        given instanceof Refused ? answer(given.status, { error: given.error, code: codes[given.status] }) : given
      )
    )
}

const notFound = refuse(fail("not_found"))
const unauthorized = answer(401, { error: `${tokenHeader} is missing or wrong`, code: codes[401] })

/**
 * The two paths at which the product's own runner asks for clients and services. Where no token is set they do not exist. No
 * other token opens them, and the switch of the service token's check does not apply.
 */
export const layerTodaysRunner = HttpRouter.use((router) => {
  const answerTo = makeAnswer()
  return Effect.forEach(
    Object.entries(reads),
    ([path, read]) =>
      router.add(
        "*",
        path as "/",
        named((http) =>
          Effect.flatMap(ReadsToken, (token) => {
            if (token === null) return Effect.succeed(notFound)
            if (!provesOneOf([token])(http.headers[tokenHeader])) return Effect.succeed(unauthorized)
            return only(["POST"], (request) => answerTo(read, request))
          })
        )
      ),
    { discard: true }
  )
})
