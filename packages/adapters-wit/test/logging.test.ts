import { scenario } from "@alga-psa/ext-adapters-memory/contract/GuardedScenario"
import { layerDeniedPorts } from "@alga-psa/ext-domain"
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { type GuestLine, GuestLines } from "../src/GuestLines.ts"
import { defaultLimits, HostImports, type Limits } from "../src/index.ts"
import { logLine } from "../src/internal/host/logLine.ts"
import { importsOver, logsOf } from "./support/Imports.ts"

const write = (limits: Partial<Limits>, lines: ReadonlyArray<readonly [member: string, message: string]>) =>
  Effect.gen(function* () {
    const answer = (yield* HostImports).forExecution({ ...defaultLimits, ...limits })
    for (const [member, message] of lines) {
      yield* answer({ interface: "alga:extension/logging", function: member, args: [message] })
    }
  })

layer(importsOver(layerDeniedPorts))("logging", (it) => {
  it.effect("writes lines at their level with the execution that they belong to", () =>
    Effect.gen(function* () {
      const { as, invocation } = yield* scenario()
      const { tenantId, extensionId, installId } = invocation()
      const lines = [
        ["logInfo", "one"],
        ["logWarn", "two"],
        ["logError", "three\n[00:00] ERROR forged\u2028"]
      ] as const
      const logs = yield* logsOf(as(null, { requestId: "r-1" })(write({}, lines)))
      const annotations = {
        source: "extension",
        tenant: tenantId,
        extension: extensionId,
        install: installId,
        requestId: "r-1"
      }
      assert.deepEqual(logs as unknown, [
        { level: "INFO", message: "one", annotations },
        { level: "WARN", message: "two", annotations },
        { level: "ERROR", message: "three [00:00] ERROR forged ", annotations }
      ])
    })
  )

  it.effect("writes as many lines as the limit, then says once that it drops the rest", () =>
    Effect.gen(function* () {
      const { as } = yield* scenario()
      const lines = [1, 2, 3, 4, 5].map((line) => ["logInfo", String(line)] as const)
      const logs = yield* logsOf(as()(write({ logLines: 3 }, lines)))
      assert.deepEqual(
        logs.map(({ message }) => message),
        ["1", "2", "3", "the extension wrote more than 3 log lines; the rest is dropped"]
      )
    })
  )
})

layer(importsOver(layerDeniedPorts))("logging, by bytes", (it) => {
  it.effect("writes as many bytes as the limit, then says once that it drops the rest", () =>
    Effect.gen(function* () {
      const { as } = yield* scenario()
      const lines = ["12345678", "ääää", "1", "2"].map((line) => ["logInfo", line] as const)
      const logs = yield* logsOf(as()(write({ logBytes: 16 }, lines)))
      assert.deepEqual(
        logs.map(({ message }) => message),
        ["12345678", "ääää", "the extension wrote more than 16 bytes of log lines; the rest is dropped"]
      )
    })
  )
})

const told: Array<GuestLine> = []
const telling = Layer.succeed(GuestLines, (line) => void told.push(line))

layer(Layer.provide(importsOver(layerDeniedPorts), telling))("logging, to who is told", (it) => {
  it.effect("hands over each line that it writes with its execution and level, and whether it was cut", () =>
    Effect.gen(function* () {
      const { as } = yield* scenario()
      const lines = [
        ["logInfo", "1234"],
        ["logInfo", "12345"],
        ["logWarn", "123456"],
        ["logError", "äää"],
        ["logError", "dropped"]
      ] as const
      yield* logsOf(as(null, { requestId: "r-1" })(write({ logLineBytes: 5, logLines: 4 }, lines)))
      assert.deepEqual(
        told.map(({ invocation, ...line }) => ({ ...line, requestId: invocation.requestId })),
        [
          { level: "info", message: "1234", isCut: false, requestId: "r-1" },
          { level: "info", message: "12345", isCut: false, requestId: "r-1" },
          { level: "warn", message: "12345", isCut: true, requestId: "r-1" },
          { level: "error", message: "ää", isCut: true, requestId: "r-1" }
        ]
      )
    })
  )
})

describe("logLine", () => {
  it.each([
    { message: "12345", maxBytes: 5, line: "12345" },
    { message: "123456", maxBytes: 5, line: "12345" },
    { message: "ääa", maxBytes: 5, line: "ääa" },
    { message: "äääa", maxBytes: 5, line: "ää" },
    { message: "😀😀", maxBytes: 7, line: "😀" },
    { message: "a\u202eb\u2066\u009b31m\u200fc", maxBytes: 50, line: "a b 31m c" },
    { message: "a\ud800\u{e0041}\ufeffb", maxBytes: 50, line: "a b" },
    { message: "👩\u200d👩 नम्\u200cते", maxBytes: 50, line: "👩\u200d👩 नम्\u200cते" }
  ])("cuts $message at $maxBytes bytes to $line", ({ message, maxBytes, line }) => {
    assert.strictEqual(logLine(message, maxBytes), line)
  })
})
