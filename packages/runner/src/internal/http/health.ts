import { Effect } from "effect"
import { HttpServerResponse } from "effect/http"
import { PrometheusMetrics } from "effect/observability"
import type { ReadinessAnswer } from "../../Api.ts"
import { Readiness } from "../../Readiness.ts"
import { fail } from "../../RunnerError.ts"

const uncached = { "cache-control": "no-store" }

/** `GET /healthz`: the process answers. */
export const alive = () => Effect.succeed(HttpServerResponse.jsonUnsafe({ status: "ok" }, { headers: uncached }))

/** `GET /readyz`: 200 where the process can take work, else 503, with what is missing. */
export const ready = Effect.fnUntraced(function* () {
  const { checks, ready, why } = yield* (yield* Readiness).report
  const body: typeof ReadinessAnswer.Type = {
    status: ready ? "ready" : "not-ready",
    checks,
    ...(why === null ? {} : { why })
  }
  if (ready) return HttpServerResponse.jsonUnsafe(body, { headers: uncached })
  const { retryAfterSeconds, status } = fail("not_ready")
  const headers = { ...uncached, "retry-after": String(retryAfterSeconds) }
  return HttpServerResponse.jsonUnsafe(body, { status, headers })
})

/** `GET /metrics`: the Prometheus text format. No label holds an id of a tenant, an extension or a user. */
export const metrics = () =>
  Effect.map(PrometheusMetrics.format(), (text) =>
    HttpServerResponse.text(text, {
      contentType: "text/plain; version=0.0.4; charset=utf-8",
      headers: uncached
    })
  )
