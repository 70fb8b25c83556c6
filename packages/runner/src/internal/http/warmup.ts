import { ExtensionId, TenantId } from "@alga-psa/ext-domain"
import { Effect, Schema } from "effect"
import { type HttpServerRequest, HttpServerResponse } from "effect/http"
import { Components } from "../../Components.ts"
import { ContentHash } from "../../ExecuteRequest.ts"
import { answered, proven } from "./answer.ts"
import { readJson } from "./requestBody.ts"

/** The body of `POST /warmup`: which bundle to fetch and make ready. */
export const WarmupRequest = Schema.Struct({
  tenant_id: TenantId,
  extension_id: ExtensionId,
  content_hash: ContentHash
})

const read = readJson(WarmupRequest)

/** `POST /warmup`: fetches a bundle and takes its component in, so that its first execution need not. Runs nothing. */
export const warmup = (http: HttpServerRequest.HttpServerRequest) =>
  Effect.gen(function* () {
    yield* proven(http)
    const { content_hash: hash, extension_id: extension, tenant_id: tenant } = yield* read(http)
    yield* (yield* Components).get({ tenant, extension, hash })
    return HttpServerResponse.jsonUnsafe({ status: "ok", content_hash: `sha256:${hash}` })
  }).pipe(answered)
