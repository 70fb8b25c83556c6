import { Buffer } from "node:buffer"
import { Invocation } from "@alga-psa/ext-domain/Invocation"
import { Context, Effect, Layer, Redacted } from "effect"
import { makeExchange } from "./internal/exchange.ts"
import { callServer, callsAtZero } from "./internal/serverCall.ts"
import { ServerFailed } from "./ServerFailed.ts"

/** What the product answered: a JSON value, or null where there was none. */
export interface ProductAnswer {
  /** 200 to 299, or 400 to 499. */
  readonly status: number
  readonly body: unknown
}

/**
 * The product's internal API for runners.
 *
 * Guarantees:
 * - The install is the execution's, and the product finds the tenant by it. No input names either.
 * - A request is sent once at most. One that was sent and not answered is a {@link ServerFailed} that says so.
 * - It ends before its execution does, and within 30 seconds. Its answer has at most 8 MiB.
 */
export interface ProductApiService {
  /** Fails unless the answer is whole and its status says that the product did it or refused it. */
  readonly ask: (
    from: "storage" | "scheduler" | "invoicing",
    operation: string,
    input: Readonly<Record<string, unknown>>
  ) => Effect.Effect<ProductAnswer, ServerFailed, Invocation>
}

/** The product's internal API. */
export class ProductApi extends Context.Service<ProductApi, ProductApiService>()(
  "@alga-psa/ext-adapters-http/ProductApi"
) {}

/** Where the product is, and what proves the runner to it. */
export interface ProductApiOptions {
  /** What comes before `/api/internal`. */
  readonly base: URL
  /** Goes out as `x-runner-auth`. It is asked for again at each request. */
  readonly token: Effect.Effect<Redacted.Redacted>
}

const server = "the product's API"
const operations = {
  storage: ["get", "put", "delete", "list"],
  scheduler: ["list", "get", "create", "update", "delete", "getEndpoints"],
  invoicing: ["createManualInvoice"]
}
const answerBytes = 8 * 1_048_576
const longestMillis = 30_000

const jsonOf = (body: Uint8Array): { readonly value: unknown } | null => {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("utf8")
  if (text.trim() === "") return { value: null }
  try {
    return { value: JSON.parse(text) }
  } catch {
    return null
  }
}

const counted = () =>
  Effect.forEach(Object.entries(operations), ([from, names]) => callsAtZero(from, names), { discard: true })

/** The product's internal API over HTTP. */
export const layerProductApi = ({ base, token }: ProductApiOptions): Layer.Layer<ProductApi> =>
  Layer.effect(
    ProductApi,
    Effect.map(Effect.tap(makeExchange({ server, base, answerBytes }), counted), (exchange) =>
      ProductApi.of({
        ask: Effect.fnUntraced(function* (from, operation, input) {
          const { installId } = yield* Invocation
          const proof = Redacted.value(yield* token)
          const { body, status } = yield* callServer(
            exchange,
            { interface: from, operation, most: longestMillis },
            {
              method: "POST",
              path: `/api/internal/ext-${from}/install/${encodeURIComponent(installId)}`,
              headers: { "content-type": "application/json", accept: "application/json", "x-runner-auth": proof },
              body: Buffer.from(JSON.stringify({ ...input, operation }))
            }
          )
          const isDone = status >= 200 && status < 300
          const isRefused = status >= 400 && status < 500
          if (!isDone && !isRefused) return yield* new ServerFailed({ server, reason: "status", status })
          const json = jsonOf(body)
          if (json === null && isDone) return yield* new ServerFailed({ server, reason: "nonsense", status })
          return { status, body: json?.value ?? null }
        })
      })
    )
  )

/** The answer is whole and JSON, and not what the product answers to such a request. */
export const nonsense = ({ status }: ProductAnswer): ServerFailed =>
  new ServerFailed({ server, reason: "nonsense", status })
