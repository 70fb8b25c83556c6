import { ExtensionId, InstallId, Invocation, TenantId } from "@alga-psa/ext-domain"
import { bareExecution } from "@alga-psa/ext-domain/testing/bareExecution"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { ok } from "../src/HostCall.ts"
import {
  type AnswerHostCall,
  defaultLimits,
  type Execution,
  ExecutionFailed,
  Executor,
  HostImports,
  type HostImportsService,
  layerExecutor,
  Sandbox
} from "../src/index.ts"
import { logsOf } from "./support/Imports.ts"

const invocation = bareExecution({
  tenantId: TenantId.make("aaaaaaaa-0000-4000-8000-000000000001"),
  extensionId: ExtensionId.make("aaaaaaaa-0000-4000-8000-000000000002"),
  installId: InstallId.make("aaaaaaaa-0000-4000-8000-000000000003"),
  versionId: "aaaaaaaa-0000-4000-8000-000000000004",
  requestId: "request-1"
})
const { extensionId, installId, requestId, tenantId, versionId } = invocation

const component = { hash: "c", glue: "", glueSha256: "", imports: [], modules: [], unrestorable: null }
const http = { method: "POST", url: "/a?b", headers: [{ name: "x", value: "y" }], body: Uint8Array.of(1) }
const limits = { ...defaultLimits, timeoutMs: 7 }
const response = { status: 204, headers: [], body: null }

const answersNothing: AnswerHostCall = () => Effect.die("no call was made")
const noImports: HostImportsService = { forExecution: () => answersNothing }

/** Executes over a sandbox that hands what it is asked for to `run`. */
const executed = (
  run: (asked: Execution<unknown>) => Effect.Effect<typeof response, ExecutionFailed>,
  imports: HostImportsService = noImports,
  onRun?: (begins: boolean) => void
) => {
  const sandbox = Sandbox.of({
    check: Effect.void,
    execute: (asked) => run(asked as Execution<unknown>)
  })
  return Effect.flatMap(Executor, (executor) => executor.execute(component, http, limits, onRun)).pipe(
    Effect.provideService(Invocation, invocation),
    Effect.provide(Layer.provide(layerExecutor, [Layer.succeed(Sandbox, sandbox), Layer.succeed(HostImports, imports)]))
  )
}

describe("The executor", () => {
  it.effect("asks the sandbox for the tenant and the install of the invocation, with the request and its limits", () =>
    Effect.gen(function* () {
      const asked: Array<unknown> = []
      const answer = yield* executed((execution) => {
        asked.push(execution)
        return Effect.succeed(response)
      })
      assert.strictEqual(answer, response)
      const context = { requestId, tenantId, extensionId, installId, versionId }
      const request = { context, http }
      assert.deepEqual(asked, [
        { component, tenantId, installId, request, limits, host: answersNothing, onRun: undefined }
      ])
    })
  )

  it.effect("lets the guest call the imports of this one execution, made for its limits", () =>
    Effect.gen(function* () {
      const made: Array<unknown> = []
      const call = { interface: "i", function: "f", args: [] }
      const imports: HostImportsService = {
        forExecution: (of) => {
          made.push(of)
          return (given) => Effect.map(Invocation, (now) => ok([now.tenantId, given]))
        }
      }
      const replies: Array<unknown> = []
      yield* executed(
        ({ host }) =>
          Effect.flatMap(Effect.orDie(host(call)) as Effect.Effect<unknown>, (reply) => {
            replies.push(reply)
            return Effect.succeed(response)
          }),
        imports
      )
      assert.deepEqual([made, replies], [[limits], [ok([tenantId, call])]])
    })
  )

  it.effect("says that the handler got the request when the sandbox does, and not before", () =>
    Effect.gen(function* () {
      const heard: Array<boolean> = []
      const onRun = (begins: boolean) => void heard.push(begins)
      yield* executed(
        (asked) => {
          assert.lengthOf(heard, 0)
          asked.onRun?.(true)
          asked.onRun?.(false)
          return Effect.succeed(response)
        },
        noImports,
        onRun
      )
      assert.deepEqual(heard, [true, false])
    })
  )

  it.effect("gives the sandbox's failure as it is", () =>
    Effect.gen(function* () {
      const failed = new ExecutionFailed({ reason: "trap", detail: "d" })
      assert.strictEqual(yield* Effect.flip(executed(() => Effect.fail(failed))), failed)
    })
  )

  it.effect("has whatever is logged on the way say whose execution it is", () =>
    Effect.gen(function* () {
      const logged = yield* logsOf(executed(() => Effect.as(Effect.logInfo("in the sandbox"), response)))
      assert.deepEqual(logged, [
        {
          level: "INFO",
          message: "in the sandbox",
          annotations: { tenant: tenantId, extension: extensionId, install: installId, requestId, component: "c" }
        }
      ])
    })
  )
})
