import {
  AccessRecord,
  ClientSummary,
  ContentHash,
  ExtensionId,
  InstallId,
  pageOf,
  ServiceSummary
} from "@alga-psa/ext-domain"
import { Context, Schema } from "effect"
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as HttpApiSecurity from "effect/http-api/HttpApiSecurity"
import * as OpenApi from "effect/http-api/OpenApi"
import { AccessQuery } from "./AccessQuery.ts"
import { ExecuteRequest } from "./ExecuteRequest.ts"
import { ExecuteResponse } from "./ExecuteResponse.ts"
import { idempotencyKeyHeader } from "./Idempotency.ts"
import { ReadsRequest, readsCodes, readsTokenHeader } from "./internal/http/readsBodies.ts"
import { requestIdHeader } from "./RequestId.ts"
import { httpStatusOf, type RunnerErrorCode, statusOf } from "./RunnerError.ts"
import { serviceTokenHeader } from "./ServiceToken.ts"
import { TriggerState } from "./Triggers.ts"
import { WarmupRequest } from "./WarmupRequest.ts"

const codes = Object.keys(statusOf) as ReadonlyArray<RunnerErrorCode>

/** Any path may be asked with another method, and on a port or a host that has not this path. */
const always = [404, 405]
/** Whether an install owns the host may not be known: the database says it. */
const onAnyHost = [...always, 500, 503]
/** Browsers are refused. */
const toCallers = [...onAnyHost, 403]

/** One answer for each of these statuses, whose description lists the beginnings of `error` that go with it. */
const refusals = (statuses: ReadonlyArray<number>) =>
  [...new Set(statuses)].sort().map((status) =>
    ExecuteResponse.annotate({
      description: `error begins with one of: ${codes.filter((code) => httpStatusOf(code) === status).join(", ")}`
    }).pipe(HttpApiSchema.status(status))
  )

/** Whether an endpoint answers `HEAD` as it answers `GET`, without a body. Default: it does. */
const AnswersHead = Context.Reference<boolean>("@alga-psa/ext-runner/AnswersHead", { defaultValue: () => true })

/** Where a kept trigger can be asked for. */
export const triggersPath = "/v1/triggers"

/** Where executions are asked for. */
export const executePath = "/v1/execute"

/** What the path of a kept trigger says. */
export const TriggerParams = Schema.Struct({ id: Schema.String.check(Schema.isUUID()) })

/** The body of what is said of a kept trigger. */
export const TriggerAnswer = Schema.Struct({
  id: Schema.String,
  /** That of the request which was accepted, and of each attempt. */
  request_id: Schema.optionalKey(Schema.String),
  state: TriggerState,
  attempts: Schema.Int,
  created_at: Schema.String,
  expires_at: Schema.String,
  finished_at: Schema.optionalKey(Schema.String),
  response: Schema.optionalKey(ExecuteResponse),
  error: Schema.optionalKey(Schema.String)
})

const optional = Schema.optionalKey(Schema.String)
const proof = { [serviceTokenHeader]: optional }
const named = { [requestIdHeader]: optional }

const executions = HttpApiGroup.make("executions").add(
  HttpApiEndpoint.post("execute", executePath, {
    headers: {
      ...proof,
      ...named,
      "x-alga-tenant": Schema.String,
      "x-alga-extension": Schema.String,
      [idempotencyKeyHeader]: optional,
      prefer: optional
    },
    payload: ExecuteRequest,
    success: [
      ExecuteResponse,
      TriggerAnswer.annotate({ description: "With Prefer: respond-async, from a runner that keeps triggers" }).pipe(
        HttpApiSchema.status(202)
      )
    ],
    error: refusals([...toCallers, 400, 401, 413, 415, 422, 429, 502])
  }),
  HttpApiEndpoint.get("trigger", `${triggersPath}/:id`, {
    params: TriggerParams,
    headers: { ...proof, ...named, "x-alga-tenant": Schema.String },
    success: TriggerAnswer,
    error: refusals([...toCallers, 400, 401])
  }),
  HttpApiEndpoint.post("warmup", "/warmup", {
    headers: { ...proof, ...named },
    payload: WarmupRequest,
    success: Schema.Struct({ status: Schema.Literal("ok"), content_hash: Schema.String }),
    error: refusals([...toCallers, 400, 401, 413, 415, 502])
  })
)

/** What the path of a page's file says, before the file's own path. */
export const FileParams = Schema.Struct({ extensionId: ExtensionId, contentHash: ContentHash })

const pages = HttpApiGroup.make("pages").add(
  HttpApiEndpoint.get("root", "/", {
    query: { parentOrigin: optional },
    headers: { ...named, host: Schema.String },
    success: HttpApiSchema.Empty(307).annotate({ description: "To the page of the install that owns the host" }),
    error: refusals(onAnyHost)
  }),
  HttpApiEndpoint.get("file", "/ext-ui/:extensionId/:contentHash/*", {
    params: FileParams,
    query: { tenant: optional },
    headers: {
      ...named,
      "x-tenant-id": optional,
      "x-alga-tenant": optional,
      "if-none-match": optional,
      range: optional,
      "if-range": optional
    },
    success: [
      HttpApiSchema.StreamUint8Array(),
      Schema.Uint8Array.annotate({ description: "The part that range asks for" }).pipe(
        HttpApiSchema.asUint8Array(),
        HttpApiSchema.status(206)
      ),
      HttpApiSchema.Empty(304).annotate({ description: "if-none-match names the file as it is" })
    ],
    error: [
      ...refusals([...onAnyHost, 502]),
      HttpApiSchema.Empty(416).annotate({ description: "The file has nothing where range begins" })
    ]
  })
)

const Check = Schema.Literals(["ok", "unavailable"])
/** The body of what is said of a runner's readiness. */
export const ReadinessAnswer = Schema.Struct({
  status: Schema.Literals(["ready", "degraded", "not-ready"]),
  checks: Schema.StructWithRest(
    Schema.Struct({ accepting: Check, database: Check, store: Check, components: Check, sandbox: Check }),
    [Schema.Record(Schema.String, Check)]
  ),
  /** Why the database cannot serve, where it answers. */
  why: Schema.optionalKey(Schema.String)
})

const operations = HttpApiGroup.make("operations").add(
  HttpApiEndpoint.get("healthz", "/healthz", {
    success: Schema.Struct({ status: Schema.Literal("ok") }),
    error: refusals(always)
  }),
  HttpApiEndpoint.get("readyz", "/readyz", {
    success: ReadinessAnswer,
    error: [...refusals(always), ReadinessAnswer.pipe(HttpApiSchema.status(503))]
  }),
  HttpApiEndpoint.get("metrics", "/metrics", {
    success: Schema.String.pipe(HttpApiSchema.asText({ contentType: "text/plain" })),
    error: refusals(onAnyHost)
  }),
  HttpApiEndpoint.get("openapi", "/openapi.json", { success: Schema.Unknown, error: refusals(onAnyHost) })
)

/** Holds the text to ask for the next page of access records with, in an answer of CSV. */
export const accessNextHeader = "x-access-next"

/** A page of access records. */
export const AccessAnswer = Schema.Struct({
  records: Schema.Array(AccessRecord),
  /** What `after` takes for the next page; null after the last. */
  next: Schema.NullOr(Schema.String)
})

/** The proof of who asks for access records. The handler checks it. */
class AccessToken extends HttpApiMiddleware.Service<AccessToken>()("@alga-psa/ext-runner/AccessToken", {
  security: { accessToken: HttpApiSecurity.bearer }
}) {}

const access = HttpApiGroup.make("access")
  .add(
    HttpApiEndpoint.get("records", "/v1/access", {
      query: { ...AccessQuery.fields, format: Schema.optionalKey(Schema.Literals(["json", "csv"])) },
      headers: named,
      success: [
        AccessAnswer,
        HttpApiSchema.WithHeaders(Schema.String.pipe(HttpApiSchema.asText({ contentType: "text/csv" })), {
          [accessNextHeader]: optional
        })
      ],
      error: refusals([...toCallers, 400, 401])
    })
      .annotate(AnswersHead, false)
      .annotate(OpenApi.Description, "Only where ALGA_EXTENSION_RUNNER_ACCESS_TOKEN is set, which is the bearer token.")
  )
  .middleware(AccessToken)

/** What the path of a read of today's runner says. */
export const ReadsParams = Schema.Struct({ installId: InstallId })

const read = <const Name extends string, A>(name: Name, summary: Schema.Codec<A, unknown>) =>
  HttpApiEndpoint.post(name, `/api/internal/ext-${name}/install/:installId` as const, {
    params: ReadsParams,
    headers: { [readsTokenHeader]: optional, ...named },
    payload: ReadsRequest,
    success: [pageOf(summary), Schema.Struct({ item: Schema.NullOr(summary) })],
    error: [
      ...refusals(toCallers),
      ...Object.entries(readsCodes).map(([status, code]) =>
        Schema.Struct({ error: Schema.String, code: Schema.Literal(code) })
          .annotate({ description: `code is ${code}` })
          .pipe(HttpApiSchema.status(Number(status)))
      )
    ]
  }).annotate(OpenApi.Description, "Only where ALGA_EXTENSION_RUNNER_READS_TOKEN is set, which x-runner-auth holds.")

const reads = HttpApiGroup.make("reads").add(read("clients", ClientSummary), read("services", ServiceSummary))

const about = OpenApi.annotations({
  title: "Alga PSA extension runner",
  version: "1",
  description:
    "Runs installed extensions. An answer of 200 to /v1/execute holds the handler's own status, headers and body. A path answers 405 to methods that it does not have, and allow names those that it has."
})

const opening = [access, reads]

/** Whether a runner has each of the groups that need a token of their own. */
export type Opened = Readonly<Record<(typeof opening)[number]["identifier"], boolean>>

const closed: Opened = { access: false, reads: false }

const apiWith = (opened: typeof opening) =>
  HttpApi.make("alga-extension-runner")
    .add(executions, pages, operations, ...opened)
    .annotateMerge(about)

/** All that a runner may serve: what is routed, and what describes it. The product's gateway has another interface in front of it. */
export const api = apiWith(opening)

/** The part of the {@link api} that a runner serves. */
export const apiOf = (opened: Opened): typeof api => apiWith(opening.filter(({ identifier }) => opened[identifier]))

type Groups = typeof api.groups
type Endpoints = HttpApiGroup.Endpoints<Groups[keyof Groups]>

/** The name of an endpoint of the {@link api}. */
export type EndpointName = Endpoints["identifier"]

/** An endpoint, and the group that it is in. */
export interface GroupedEndpoint {
  readonly group: keyof Groups
  readonly name: EndpointName
  readonly path: Endpoints["path"]
  /** The methods that it answers; others are told these. */
  readonly methods: ReadonlyArray<string>
}

/** The endpoints of an {@link api}. */
export const endpointsOf = ({ groups }: typeof api): ReadonlyArray<GroupedEndpoint> =>
  Object.values(groups).flatMap(({ endpoints, identifier: group }) =>
    Object.values<Endpoints>(endpoints).map(({ annotations, identifier: name, method, path }) => ({
      group,
      name,
      path,
      methods: method === "GET" && Context.get(annotations, AnswersHead) ? ["GET", "HEAD"] : [method]
    }))
  )

/** The description of a runner in OpenAPI 3.1. Default: no group with a token of its own is there. */
export const openApi = (opened: Opened = closed): OpenApi.OpenAPISpec => OpenApi.fromApi(apiOf(opened))
