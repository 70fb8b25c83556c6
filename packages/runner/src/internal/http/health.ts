import { Effect } from "effect"
import { HttpServerResponse } from "effect/http"
import * as PrometheusMetrics from "effect/observability/PrometheusMetrics"
import type { ReadinessAnswer } from "../../Api.ts"
import { Readiness } from "../../Readiness.ts"
import { fail } from "../../RunnerError.ts"
import { ownMetrics } from "./ownMetrics.ts"
import { HostKnown } from "./pageHost.ts"

const uncached = { "cache-control": "no-store" }

/** `GET /healthz`: the process answers. */
export const alive = () => Effect.succeed(HttpServerResponse.jsonUnsafe({ status: "ok" }, { headers: uncached }))

/** `GET /readyz`: 200 where the process can take work, else 503, with what is away. */
export const ready = Effect.fnUntraced(function* () {
  const { checks, status: found, why } = yield* (yield* Readiness).report
  const body: typeof ReadinessAnswer.Type = {
    status: found,
    checks,
    ...(why === null || !(yield* HostKnown) ? {} : { why })
  }
  if (found !== "not-ready") return HttpServerResponse.jsonUnsafe(body, { headers: uncached })
  const { retryAfterSeconds, status } = fail("not_ready")
  const headers = { ...uncached, "retry-after": String(retryAfterSeconds) }
  return HttpServerResponse.jsonUnsafe(body, { status, headers })
})

/** `GET /metrics`: the Prometheus text format. No label holds an id of a tenant, an extension or a user. */
export const metrics = Effect.fnUntraced(function* () {
  // It tells the gauge of each part.
  yield* (yield* Readiness).report
  return HttpServerResponse.text(ownMetrics(yield* PrometheusMetrics.format()), {
    contentType: "text/plain; version=0.0.4; charset=utf-8",
    headers: uncached
  })
})
