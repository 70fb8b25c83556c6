import { noComponent } from "@alga-psa/ext-adapters-wit"
import { Effect } from "effect"
import { type HttpServerRequest, HttpServerResponse } from "effect/http"
import { ClusterWarmup } from "../../ClusterWarmup.ts"
import { Components } from "../../Components.ts"
import { waitFor, withDeadline } from "../../Deadline.ts"
import { ExtensionUi } from "../../ExtensionUi.ts"
import type { RunnerError } from "../../RunnerError.ts"
import { WarmupRequest } from "../../WarmupRequest.ts"
import { answered, proven } from "./answer.ts"
import { readJson } from "./requestBody.ts"

const hasNoComponent = ({ code, detail }: RunnerError): boolean =>
  code === "bundle_fetch_failed" && detail === noComponent

const read = readJson(WarmupRequest)

/**
 * `POST /warmup`: fetches a bundle, takes its component in and opens its page, so that the first execution and the first look
 * need not. A bundle may have a page and no component. Runs nothing. Answered within the deployment's longest time for a
 * request.
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
    const page = (yield* ExtensionUi).warm(bundle)
    const warm = cluster === null || !install ? (yield* Components).get(bundle) : cluster(bundle, install)
    yield* waitFor("warmup")(Effect.asVoid(warm)).pipe(
      Effect.catchIf(hasNoComponent, (error) => Effect.filterOrFail(waitFor("page")(page), Boolean, () => error)),
      Effect.andThen(waitFor("page")(page))
    )
    return HttpServerResponse.jsonUnsafe({ status: "ok", content_hash: `sha256:${hash}` })
  }).pipe(Effect.scoped, withDeadline(null), answered)
