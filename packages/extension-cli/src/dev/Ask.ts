import { executeBody, type Viewer } from "@alga-psa/ext-development-host/Viewer"
import { firstRule } from "@alga-psa/ext-domain/BrokenRules"
import { ExecuteRequest } from "@alga-psa/ext-runner/ExecuteRequest"
import type { Execution } from "@alga-psa/ext-runner/Execution"
import { Effect, Schema } from "effect"
import type { SentAnswer } from "./ExecutionRecord.ts"
import { answerRecord } from "./internal/recordedAnswer.ts"

/** How many letters of an answer's body the panel is sent at once. */
const mostLetters = 200_000

const decode = Schema.decodeUnknownEffect(ExecuteRequest)

/** What the handler is asked. */
export type Asked = Pick<ExecuteRequest["http"], "method" | "path" | "query" | "headers" | "body_b64">

/** Path and query of a target such as `/api/clients?search=a`. */
export const partsOf = (target: string): Pick<Asked, "path" | "query"> => {
  const { pathname, searchParams } = new URL(`http://host.invalid${target.replace(/^\/*/, "/")}`)
  return { path: pathname, query: Object.fromEntries(searchParams) }
}

/** Asks the handler on behalf of who looks, and gives what came of it for the panel. A request that cannot be one is an error of that. */
export const makeAsk =
  (execution: Execution["Service"], viewer: () => Viewer, hide: (text: string) => string) =>
  ({ body_b64: body, headers, method, path, query }: Asked): Effect.Effect<SentAnswer> =>
    Effect.gen(function* () {
      const id = crypto.randomUUID()
      const sent = !body?.byteLength ? {} : { body_b64: Buffer.from(body).toString("base64") }
      const asked = executeBody(viewer(), { method, path, query: query ?? {}, headers: headers ?? {}, ...sent })
      const request = yield* Effect.mapError(decode(asked), ({ issue }) => new Error(firstRule(issue)))
      const { response } = yield* execution.run(request, id)
      return { id, answer: answerRecord(response, hide, mostLetters), error: null }
    }).pipe(Effect.catch(({ message }) => Effect.succeed({ id: "", answer: null, error: hide(message) })))
