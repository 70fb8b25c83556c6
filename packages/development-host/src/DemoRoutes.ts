import { ExecuteRequest } from "@alga-psa/ext-runner/ExecuteRequest"
import { Execution } from "@alga-psa/ext-runner/Execution"
import { Effect, Schema } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import { demoCases, executeBody } from "./DemoCase.ts"

const decode = Schema.decodeUnknownEffect(ExecuteRequest)

/**
 * `GET /as/{case}/…`: runs the sample as that case's user with any path and query, and answers what the handler
 * answered. It stands in for the product's gateway, checks no caller, and exists in the demo only.
 */
export const demoRoutes = (contentHash: string) =>
  HttpRouter.use(
    Effect.fnUntraced(function* (router) {
      const execution = yield* Execution
      const handle = Effect.gen(function* () {
        const { url } = yield* HttpServerRequest.HttpServerRequest
        const { pathname, searchParams } = new URL(url, "http://demo.invalid")
        const [, , name, ...rest] = pathname.split("/")
        const demoCase = demoCases.find((candidate) => candidate.name === name)
        if (demoCase === undefined) {
          const cases = demoCases.map((candidate) => candidate.name)
          return HttpServerResponse.jsonUnsafe({ error: "not_found", cases }, { status: 404 })
        }
        const chosen = { ...demoCase, path: `/${rest.join("/")}`, query: Object.fromEntries(searchParams) }
        const request = yield* Effect.orDie(decode(executeBody(chosen, contentHash)))
        return yield* execution.run(request, `demo-${demoCase.name}`).pipe(
          Effect.map(({ response: { body_b64 = "", headers, status } }) =>
            HttpServerResponse.uint8Array(Buffer.from(body_b64, "base64"), { status, headers })
          ),
          Effect.catchTag("RunnerError", (error) =>
            Effect.succeed(HttpServerResponse.jsonUnsafe({ error: error.message }, { status: error.status }))
          )
        )
      })
      yield* router.add("GET", "/as/*", handle)
    })
  )
