import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { ids } from "@alga-psa/ext-adapters-memory"
import * as BundleStore from "@alga-psa/ext-runner/BundleStore"
import * as BundleWriter from "@alga-psa/ext-runner/BundleWriter"
import { ExecuteResponse } from "@alga-psa/ext-runner/ExecuteResponse"
import { serviceTokenHeader } from "@alga-psa/ext-runner/ServiceToken"
import { Effect } from "effect"
import { HttpClient, HttpClientRequest, HttpClientResponse } from "effect/http"
import { type DemoCase, executeBody } from "./DemoCase.ts"

const cache = fileURLToPath(new URL("../.cache/demo", import.meta.url))

/** Where the demo keeps what it builds, so that the next one starts at once. */
export const demoDirectories = { bundles: { directory: join(cache, "bundles") }, components: join(cache, "components") }

/** What one case returned: the handler's own answer, or the runner's refusal. */
export interface DemoResult {
  readonly case: string
  readonly status: number
  readonly body: unknown
}

const installed = [
  { tenant: ids.tenants.acme, extension: ids.extensions.full },
  { tenant: ids.tenants.acme, extension: ids.extensions.ungranted }
]

const { directory } = demoDirectories.bundles

/** Builds the sample where needed and puts its bundle into the demo's store, whole: another demo may read there. Gives the content hash. */
export const publishSample = Effect.gen(function* () {
  const { archive, hash } = yield* Effect.tryPromise(async () => {
    // It is of this workspace alone: whoever installs this package has their own extension.
    const { buildSample } = await import("@alga-psa/ext-sample-extension")
    const { bundleFile, contentHash } = await buildSample()
    return { archive: await readFile(bundleFile), hash: contentHash.replace("sha256:", "") }
  })
  const writer = yield* BundleWriter.BundleWriter
  for (const key of installed) yield* writer.put({ ...key, hash }, archive)
  return hash
}).pipe(Effect.provide(BundleWriter.layerDirectory(directory)), Effect.provide(BundleStore.layerDirectory(directory)))

/** Where a runner answers and what proves its caller. */
export interface Target {
  readonly url: string
  readonly token: string
  readonly contentHash: string
}

/** Sends a case to a runner over HTTP. */
export const send = Effect.fnUntraced(function* (demoCase: DemoCase, { contentHash, token, url }: Target) {
  const request = HttpClientRequest.post(`${url}/v1/execute`, {
    headers: {
      [serviceTokenHeader]: token,
      "x-alga-tenant": demoCase.tenant,
      "x-alga-extension": demoCase.extension,
      "x-request-id": `demo-${demoCase.name}`
    }
  }).pipe(HttpClientRequest.bodyJsonUnsafe(executeBody(demoCase, contentHash)))
  const response = yield* HttpClient.execute(request)
  const answer = yield* HttpClientResponse.schemaBodyJson(ExecuteResponse)(response)
  const body: unknown =
    answer.body_b64 === undefined
      ? { error: answer.error }
      : JSON.parse(Buffer.from(answer.body_b64, "base64").toString())
  return { case: demoCase.name, status: answer.status, body } satisfies DemoResult
})
