import { auditText, type TwinCall, TwinCalls } from "@alga-psa/ext-adapters-memory/contract/TwinDatabase"
import { Effect, Layer } from "effect"
import { serviceTokenHeader } from "../../src/ServiceToken.ts"
import { sha256 } from "../../testing/Archive.ts"
import { buildFixture } from "../../testing/Extensions.ts"
import { TestRunner } from "./TestRunner.ts"

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64")

/** What a response is, without the time at which it was sent. */
const responseText = async (response: Response): Promise<string> => {
  const headers = [...response.headers].filter(([name]) => name !== "date")
  return JSON.stringify([response.status, headers, await response.text()])
}

const answersIn = (response: string): ReadonlyArray<string> => {
  const { body_b64 } = JSON.parse(JSON.parse(response)[2])
  return body_b64 === undefined ? [] : JSON.parse(Buffer.from(body_b64, "base64").toString())
}

const argumentOf = (call: TwinCall) => ("input" in call ? call.input : "ids" in call ? call.ids : call.id)

/**
 * Has an extension make the calls: a component in the sandbox of a runner that is asked over HTTP. The last answer is the
 * whole response.
 */
export const layerRelayCalls = Layer.effect(
  TwinCalls,
  Effect.gen(function* () {
    const runner = yield* TestRunner
    const archive = yield* Effect.promise(() => buildFixture("relay"))
    const hash = sha256(archive)
    const stored = new Set<string>()
    return TwinCalls.of({
      contentHash: hash,
      ask: Effect.fnUntraced(function* (caller, calls) {
        const { extension, install, restrictTo, tenant, trigger, user } = caller
        if (!stored.has(extension)) yield* runner.store({ tenant, extension, hash }, archive)
        stored.add(extension)
        yield* runner.takeLog
        const body = JSON.stringify({
          context: {
            tenant_id: tenant,
            extension_id: extension,
            install_id: install,
            content_hash: hash,
            request_id: "twins",
            ...(trigger === null ? {} : { trigger })
          },
          http: {
            method: "POST",
            path: "/",
            body_b64: base64(calls.map((call) => ({ operation: call.operation, argument: argumentOf(call) })))
          },
          ...(user === null ? {} : { user: { user_id: user } }),
          // A list without names says nothing: the capability that every install has stands for none.
          ...(restrictTo === null ? {} : { providers: ["cap:log.emit", ...restrictTo] })
        })
        const headers = {
          "content-type": "application/json",
          "x-request-id": "twins",
          "x-alga-tenant": tenant,
          "x-alga-extension": extension,
          [serviceTokenHeader]: runner.token
        }
        const response = yield* Effect.promise(async () =>
          responseText(await fetch(`${runner.url}/v1/execute`, { method: "POST", headers, body }))
        )
        const audit = (yield* runner.takeLog).map(auditText).filter((line) => line !== null)
        return { answers: [...answersIn(response), response], audit }
      })
    })
  })
)
