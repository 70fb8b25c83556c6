import { Schema } from "effect"
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import { ExecuteRequest } from "./ExecuteRequest.ts"
import { ExecuteResponse } from "./ExecuteResponse.ts"
import { httpStatusOf, type RunnerErrorCode, statusOf } from "./RunnerError.ts"
import { serviceTokenHeader } from "./ServiceToken.ts"
import { TriggerState } from "./Triggers.ts"
import { WarmupRequest } from "./WarmupRequest.ts"

const codes = Object.keys(statusOf) as ReadonlyArray<RunnerErrorCode>

/** One answer for each of these statuses, whose description lists the beginnings of `error` that go with it. */
const refusals = (statuses: ReadonlyArray<number>) =>
  statuses.map((status) =>
    ExecuteResponse.annotate({
      description: `error begins with one of: ${codes.filter((code) => httpStatusOf(code) === status).join(", ")}`
    }).pipe(HttpApiSchema.status(status))
  )

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

const proof = { [serviceTokenHeader]: Schema.optionalKey(Schema.String) }
const named = { "x-request-id": Schema.optionalKey(Schema.String) }

const executions = HttpApiGroup.make("executions").add(
  HttpApiEndpoint.post("execute", executePath, {
    headers: {
      ...proof,
      ...named,
      "x-alga-tenant": Schema.String,
      "x-alga-extension": Schema.String,
      "x-idempotency-key": Schema.optionalKey(Schema.String),
      prefer: Schema.optionalKey(Schema.String)
    },
    payload: ExecuteRequest,
    success: [
      ExecuteResponse,
      TriggerAnswer.annotate({ description: "With Prefer: respond-async, from a runner that keeps triggers" }).pipe(
        HttpApiSchema.status(202)
      )
    ],
    error: refusals([400, 401, 403, 404, 413, 415, 422, 429, 500, 502, 503])
  }),
  HttpApiEndpoint.get("trigger", `${triggersPath}/:id`, {
    params: TriggerParams,
    headers: { ...proof, ...named, "x-alga-tenant": Schema.String },
    success: TriggerAnswer,
    error: refusals([400, 401, 403, 404, 500, 503])
  }),
  HttpApiEndpoint.post("warmup", "/warmup", {
    headers: { ...proof, ...named },
    payload: WarmupRequest,
    success: Schema.Struct({ status: Schema.Literal("ok"), content_hash: Schema.String }),
    error: refusals([400, 401, 403, 413, 415, 500, 502, 503])
  })
)

const pages = HttpApiGroup.make("pages").add(
  HttpApiEndpoint.get("root", "/", {
    query: { parentOrigin: Schema.optionalKey(Schema.String) },
    headers: { ...named, host: Schema.String },
    success: HttpApiSchema.Empty(307).annotate({ description: "To the page of the install that owns the host" }),
    error: refusals([404, 503])
  }),
  HttpApiEndpoint.get("file", "/ext-ui/:extensionId/:contentHash/*", {
    params: { extensionId: Schema.String, contentHash: Schema.String },
    query: { tenant: Schema.optionalKey(Schema.String) },
    headers: {
      ...named,
      "x-tenant-id": Schema.optionalKey(Schema.String),
      "x-alga-tenant": Schema.optionalKey(Schema.String)
    },
    success: HttpApiSchema.StreamUint8Array(),
    error: refusals([404, 502, 503])
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
  HttpApiEndpoint.get("healthz", "/healthz", { success: Schema.Struct({ status: Schema.Literal("ok") }) }),
  HttpApiEndpoint.get("readyz", "/readyz", {
    success: ReadinessAnswer,
    error: ReadinessAnswer.pipe(HttpApiSchema.status(503))
  }),
  HttpApiEndpoint.get("metrics", "/metrics", {
    success: Schema.String.pipe(HttpApiSchema.asText({ contentType: "text/plain" }))
  }),
  HttpApiEndpoint.get("openapi", "/openapi.json", { success: Schema.Unknown })
)

/** The runner's own HTTP interface: what is routed, and what describes it. The product's gateway has another one in front of it. */
export const api = HttpApi.make("alga-extension-runner")
  .add(executions, pages, operations)
  .annotateMerge(
    OpenApi.annotations({
      title: "Alga PSA extension runner",
      version: "1",
      description:
        "Runs installed extensions. An answer of 200 to /v1/execute holds the handler's own status, headers and body."
    })
  )

type Groups = typeof api.groups
type Endpoints = HttpApiGroup.Endpoints<Groups[keyof Groups]>

/** The name of an endpoint of the {@link api}. */
export type EndpointName = Endpoints["identifier"]

/** The endpoints of the {@link api}. */
export const endpoints = Object.values(api.groups).flatMap((group) => Object.values<Endpoints>(group.endpoints))

let described: OpenApi.OpenAPISpec | undefined

/** The {@link api} in OpenAPI 3.1, made when it is first asked for: most runners are never asked. */
export const openApi = (): OpenApi.OpenAPISpec => {
  described ??= OpenApi.fromApi(api)
  return described
}
