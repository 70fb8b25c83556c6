import { Buffer } from "node:buffer"
import { Invocation, type InvocationData } from "@alga-psa/ext-domain/Invocation"
import { Secrets, type SecretsError } from "@alga-psa/ext-domain/Secrets"
import { UiProxy, UiProxyError } from "@alga-psa/ext-domain/UiProxy"
import { Effect, Layer, Schema } from "effect"
import { makeExchange } from "./internal/exchange.ts"
import { routePath } from "./internal/route.ts"
import { callServer, callsAtZero } from "./internal/serverCall.ts"
import { ServerFailed } from "./ServerFailed.ts"

/** Where the routes are. */
export interface UiProxyOptions {
  /** What comes before a route. */
  readonly base: URL
  /** How long a route may take, in milliseconds. */
  readonly timeoutMillis: number
}

/** The secret goes out as a header, and its characters cannot. */
export class ApiKeyUnfit extends Schema.TaggedError<ApiKeyUnfit>()("ApiKeyUnfit", {}) {
  override get message(): string {
    return "the secret api_key has characters that a header cannot carry: store it without line breaks"
  }
}

const server = "the server behind UI_PROXY_BASE_URL"
/** As the guest may be handed no more in one call by default. */
const answerBytes = 4_000_000
const apiKey = "api_key"

const isCarried = (value: string | null | undefined): value is string =>
  typeof value === "string" && /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(value)

const carried = (headers: Readonly<Record<string, string | null | undefined>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter((header): header is [string, string] => isCarried(header[1])))

const headersOf = ({ extensionId, installId, requestId, tenantId, user, versionId }: InvocationData) =>
  carried({
    "x-request-id": requestId,
    "x-alga-tenant": tenantId,
    "x-alga-extension": extensionId,
    "x-ext-install-id": installId,
    "x-ext-version-id": versionId,
    "x-user-id": user?.userId,
    "x-user-email": user?.userEmail
  })

const failed = (cause: ServerFailed | SecretsError | ApiKeyUnfit) => new UiProxyError({ code: "internal", cause })

const codeOf = (status: number): UiProxyError["code"] => {
  if (status === 401 || status === 403 || status === 429) return "denied"
  if (status === 404) return "route-not-found"
  return status >= 400 && status < 500 ? "bad-request" : "internal"
}

const make = ({ base, timeoutMillis }: UiProxyOptions) =>
  Effect.gen(function* () {
    yield* callsAtZero("ui-proxy", ["call-route"])
    const secrets = yield* Secrets
    const exchange = yield* makeExchange({ server, base, answerBytes })

    const keyHeader = secrets.get(apiKey).pipe(
      Effect.flatMap((key) =>
        isCarried(key) ? Effect.succeed({ "x-api-key": key }) : Effect.fail(failed(new ApiKeyUnfit()))
      ),
      Effect.catchTag("SecretsError", (error) =>
        error.code === "internal" ? Effect.fail(failed(error)) : Effect.succeed({})
      )
    )

    return UiProxy.of({
      callRoute: Effect.fnUntraced(function* (route, payload) {
        const invocation = yield* Invocation
        const path = routePath(route, invocation.extensionId)
        if (path === null) return yield* new UiProxyError({ code: "bad-request" })
        const key = yield* keyHeader
        const type = payload === null ? {} : { "content-type": "application/json" }
        const { body, status } = yield* Effect.mapError(
          callServer(
            exchange,
            { interface: "ui-proxy", operation: "call-route", most: timeoutMillis },
            {
              method: payload === null ? "GET" : "POST",
              path,
              headers: { ...headersOf(invocation), ...type, ...key },
              body: payload === null ? null : Buffer.from(payload)
            }
          ),
          failed
        )
        if (status >= 200 && status < 300) return body
        const code = codeOf(status)
        return yield* code === "internal"
          ? failed(new ServerFailed({ server, reason: "status", status }))
          : new UiProxyError({ code })
      })
    })
  })

/** {@link UiProxy} over the server that the product's runner proxies to. Its key is the secret `api_key`, where there is one. */
export const layerUiProxyHttp = (options: UiProxyOptions): Layer.Layer<UiProxy, never, Secrets> =>
  Layer.effect(UiProxy, make(options))
