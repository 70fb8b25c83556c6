import { Effect } from "effect"
import { type HttpServerRequest, HttpServerResponse } from "effect/http"
import { ClusterWarmup } from "../../ClusterWarmup.ts"
import { Components } from "../../Components.ts"
import { waitFor, within } from "../../Deadline.ts"
import { WarmupRequest } from "../../WarmupRequest.ts"
import { answered, proven } from "./answer.ts"
import { readJson } from "./requestBody.ts"

const read = readJson(WarmupRequest)

/**
 * `POST /warmup`: fetches a bundle and takes its component in, so that its first execution need not. Runs nothing. Answered
 * within the deployment's longest time for a request.
 */
export const warmup = (http: HttpServerRequest.HttpServerRequest) =>
  Effect.gen(function* () {
    yield* proven(http)
    const {
      content_hash: hash,
      extension_id: extension,
      install_id: install,
      tenant_id: tenant
    } = yield* waitFor("body")(read(http))
    const bundle = { tenant, extension, hash }
    const cluster = yield* ClusterWarmup
    const warm = cluster === null || !install ? (yield* Components).get(bundle) : cluster(bundle, install)
    yield* waitFor("warmup")(Effect.asVoid(warm))
    return HttpServerResponse.jsonUnsafe({ status: "ok", content_hash: `sha256:${hash}` })
  }).pipe(within(null), answered)
