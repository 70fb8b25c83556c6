import { defaultLimits, type HostCall, packageName } from "@alga-psa/ext-adapters-wit"
import { Invocation } from "@alga-psa/ext-domain"
import { RunnerError } from "@alga-psa/ext-runner/RunnerError"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { ExecutionRecord } from "../src/dev/ExecutionRecord.ts"
import { withoutSecrets } from "../src/dev/internal/hidden.ts"
import { hostName } from "../src/dev/internal/hostNames.ts"
import { outcomeOf } from "../src/dev/internal/outcomes.ts"
import { makeRecorder, type RecorderOptions } from "../src/dev/Recorder.ts"

const limits = defaultLimits
const line = (text: string): HostCall => ({ interface: `${packageName}/logging`, function: "logInfo", args: [text] })
const search = (text: string): HostCall => ({
  interface: `${packageName}/clients`,
  function: "listClients",
  args: [{ search: text }]
})

const options: Omit<RecorderOptions, "changed"> = {
  limits,
  explain: (text) => text,
  hide: (text) => withoutSecrets(text, { api_key: 's3cret "quoted"', short: "abc" }),
  outcomeOf: (call, reply, reason) => outcomeOf(call, reply, reason, [], { origins: [] }),
  viewerOf: () => ({ name: "admin", label: "Ada" }),
  nameOf: (call) => hostName(call, new Map([["clients.list", ["src/a.ts:1:2"]]])),
  ended: () => {}
}

/** Runs executions, each of which makes these calls, and gives all that the panel would be told. */
const told = Effect.fnUntraced(function* (executions: number, calls: ReadonlyArray<HostCall>) {
  const states: Array<ReadonlyArray<ExecutionRecord>> = []
  const recorder = makeRecorder({ ...options, changed: (records) => void states.push(records) })
  const answer = recorder
    .aroundImports({ forExecution: () => () => Effect.succeed({ type: "ok", value: null }) })
    .forExecution(limits)
  const execution = recorder.aroundExecution({
    run: (_, requestId) =>
      Effect.as(
        Effect.provideService(Effect.forEach(calls, answer, { discard: true }), Invocation, {
          requestId
        } as Invocation["Service"]),
        { response: { status: 200, headers: {} }, used: null }
      ).pipe(Effect.orDie)
  })
  const request = { http: { method: "GET", path: `/${"p".repeat(10_000)}` } }
  for (let at = 0; at < executions; at++) yield* execution.run(request as never, `request-${at}`)
  return states
})

const bytes = (state: unknown) => Buffer.byteLength(JSON.stringify(state))

/** What the panel shows of an execution that failed so. */
const shownOf = Effect.fnUntraced(function* (error: RunnerError) {
  let last: ReadonlyArray<ExecutionRecord> = []
  const recorder = makeRecorder({
    ...options,
    changed: (records) => {
      last = records
    }
  })
  const execution = recorder.aroundExecution({ run: () => Effect.fail(error) })
  yield* Effect.flip(execution.run({ http: { method: "GET", path: "/" } } as never, "one"))
  return last[0]
})

describe("what the panel is told of executions", () => {
  it.effect("has what to do about calls that are nested too deep, and about too little memory", () =>
    Effect.gen(function* () {
      const failed = (detail: string) => new RunnerError({ code: "execute_failed", detail, cause: "RangeError: deep" })
      const deep = yield* shownOf(failed("too-deep: the extension's calls are nested too deep"))
      assert.match(
        deep?.error ?? "",
        /^execute_failed: too-deep: .*\nA function calls itself without end, .* On QuickJS no try can catch that\. Keep a list .*\nRangeError: deep$/
      )
      assert.isUndefined(deep?.limits.find(({ name }) => name === "memoryMb"))
      const full = yield* shownOf(failed("memory-limit: the extension needs more memory than its limit (memoryMb)"))
      assert.match(full?.error ?? "", /\nKeep less at a time: /)
      assert.strictEqual(full?.limits.find(({ name }) => name === "memoryMb")?.used, limits.memoryMb)
      assert.strictEqual(
        (yield* shownOf(failed("trap: it stopped")))?.error,
        "execute_failed: trap: it stopped\nRangeError: deep"
      )
    })
  )

  it.effect("is about a megabyte at most, whatever the extension logs and asks for", () =>
    Effect.gen(function* () {
      const long = "\u0001é".repeat(4_000)
      const states = yield* told(
        40,
        Array.from({ length: 200 }, (_, at) => (at % 2 ? line(long) : search(long)))
      )
      assert.isBelow(bytes(states.at(-1)), 2 * 1024 * 1024)
      assert.lengthOf(states.at(-1) ?? [], 30)
    })
  )

  it.effect("has short lines and calls whole, in their order, and counts what it leaves out", () =>
    Effect.gen(function* () {
      const few = (yield* told(1, [line("first"), search("acme"), line("second")])).at(-1)?.[0]
      assert.deepStrictEqual(
        few?.logs.map(({ text }) => text),
        ["first", "second"]
      )
      assert.deepStrictEqual(
        few?.calls.map(({ args }) => args),
        ['{"search":"acme"}']
      )
      const many = (yield* told(
        1,
        Array.from({ length: 1_000 }, () => line("x".repeat(8_000)))
      )).at(-1)?.[0]
      assert.isAtMost(many?.logs.length ?? 0, 32)
      assert.strictEqual(many?.logs[0]?.text, `${"x".repeat(1_000)}…`)
      assert.strictEqual(many?.limits.find(({ name }) => name === "logLines")?.used, 1_000)
    })
  )

  it.effect("has no secret in it, nor what a header of credentials holds", () =>
    Effect.gen(function* () {
      const headers = [
        { name: "Authorization", value: "Basic YTpzM2NyZXQ=" },
        { name: "x-other", value: 's3cret "quoted"' }
      ]
      const fetching: HostCall = {
        interface: `${packageName}/http`,
        function: "fetch",
        args: [{ method: "GET", url: "https://a.example/abc", headers, body: null }]
      }
      const one = (yield* told(1, [line('key: s3cret "quoted"'), fetching])).at(-1)?.[0]
      assert.deepStrictEqual(
        one?.logs.map(({ text }) => text),
        ["key: •••"]
      )
      const args = one?.calls[0]?.args ?? ""
      assert.notMatch(args, /s3cret|YTpz/)
      assert.include(args, "https://a.example/abc")
    })
  )
})
