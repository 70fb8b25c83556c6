import { executeBody, type Viewer } from "@alga-psa/ext-development-host/Viewer"
import { ExecuteRequest } from "@alga-psa/ext-runner/ExecuteRequest"
import type { Execution } from "@alga-psa/ext-runner/Execution"
import { DateTime, Effect, Schema } from "effect"
import type { DevWorld } from "./DevWorld.ts"

const decode = Schema.decodeUnknownEffect(ExecuteRequest)

/** Runs a schedule at once, as the product does when its time has come: for nobody, with its payload. Never fails. */
export const makeRunNow =
  (execution: Execution["Service"], world: DevWorld, nobody: () => Viewer) =>
  (id: string): Effect.Effect<void> =>
    Effect.gen(function* () {
      const schedule = world.schedule(id)
      if (schedule === null) return
      const { endpointMethod: method, endpointPath: path, payload } = schedule
      const body = payload === null || method === "GET" ? {} : { body_b64: Buffer.from(payload).toString("base64") }
      const headers: Readonly<Record<string, string>> = payload === null ? {} : { "content-type": "application/json" }
      const http = { method, path, query: {}, headers, ...body }
      const at = DateTime.formatIso(yield* DateTime.now)
      const request = yield* Effect.orDie(decode(executeBody(nobody(), http)))
      const error = yield* execution.run(request, crypto.randomUUID()).pipe(
        Effect.match({
          onFailure: ({ message }) => message,
          onSuccess: ({ response: { status } }) => (status < 400 ? null : `status ${status}`)
        })
      )
      world.ran(id, at, error)
    })
