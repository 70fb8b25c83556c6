import { adminCase, type DemoCase, executeBody } from "@alga-psa/ext-development-host/DemoCase"
import { Effect } from "effect"
import { serviceTokenHeader } from "../../src/ServiceToken.ts"
import { type Answer, TestRunner } from "./TestRunner.ts"

/** The admin of the seed asking the sample for clients. */
export const goodCase: DemoCase = { ...adminCase, path: "/api/clients", query: { pageSize: "1" } }

/** A request that the runner carries out; parts of it may be changed. */
export interface Change {
  readonly case?: Partial<DemoCase>
  /** Replaces the whole body. */
  readonly body?: string
  /** Merged over the body's top level. */
  readonly top?: object
  readonly hash?: string
  /** Null leaves a header out. */
  readonly headers?: Readonly<Record<string, string | null>>
}

/** Sends an execution to the runner under test. */
export const execute = (contentHash: string, change: Change = {}): Effect.Effect<Answer, never, TestRunner> =>
  Effect.gen(function* () {
    const runner = yield* TestRunner
    const demoCase = { ...goodCase, ...change.case }
    const headers = {
      "content-type": "application/json",
      "x-alga-tenant": demoCase.tenant,
      "x-alga-extension": demoCase.extension,
      [serviceTokenHeader]: runner.token,
      ...change.headers
    }
    const body = change.body ?? JSON.stringify({ ...executeBody(demoCase, change.hash ?? contentHash), ...change.top })
    const given = Object.entries(headers).filter((header): header is [string, string] => header[1] !== null)
    return yield* runner.send("/v1/execute", { method: "POST", headers: given, body })
  })

/** What the handler answered, as JSON. */
export const handlerBody = ({ body }: Answer): unknown =>
  JSON.parse(Buffer.from(body.body_b64 ?? "", "base64").toString())
