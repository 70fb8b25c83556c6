import { assert, describe, it } from "@effect/vitest"
import { Cause, Console, Effect, Formatter, Logger, Redacted } from "effect"
import { jsonLine, jsonLogger, plainLine } from "../src/LogLine.ts"
import { oddInLine } from "../testing/LogLines.ts"

const logged = (line: Effect.Effect<void>) =>
  Effect.gen(function* () {
    const lines: Array<{ readonly message: unknown; readonly cause: string }> = []
    const logger = Logger.make<unknown, void>((options) => {
      const { cause, message } = plainLine(options)
      lines.push({ message, cause: Cause.pretty(cause) })
    })
    yield* Effect.provide(line, Logger.layer([logger]))
    return lines
  })

describe("a log line", () => {
  it.effect("has one text as its message, and as its cause what else was logged", () =>
    Effect.gen(function* () {
      const [plain] = yield* logged(Effect.logInfo("a line"))
      assert.deepStrictEqual(plain, { message: "a line", cause: "" })
      const [withError] = yield* logged(Effect.logError("a defect", new Error("why"), new Error("and why")))
      assert.strictEqual(withError?.message, "a defect")
      assert.match(withError?.cause ?? "", /Error: why[\s\S]*Error: and why/)
      const [withCause] = yield* logged(Effect.logError("a defect", Cause.die(new Error("why"))))
      assert.strictEqual(withCause?.message, "a defect")
      assert.match(withCause?.cause ?? "", /Error: why/)
    })
  )

  it.effect("has the published fields, and in one what a library notes beside them", () =>
    Effect.gen(function* () {
      const lines: Array<string> = []
      const log = { log: (line: string) => void lines.push(line) } as unknown as Console.Console
      yield* Effect.annotateLogs(Effect.logInfo("a line"), {
        tenant: "t",
        module: "of a library",
        runner: [1, 2]
      }).pipe(Effect.provide(Logger.layer([jsonLogger])), Effect.provideService(Console.Console, log))
      const [line = ""] = lines
      assert.deepStrictEqual(JSON.parse(line).annotations, { tenant: "t", library: "module=of a library runner=[1,2]" })
      assert.isNull(oddInLine(line))
    })
  )

  it.effect("is the same whichever way it is made, and hides what is redacted", () =>
    Effect.gen(function* () {
      const lines: Array<readonly [made: string, formed: string]> = []
      const both = Logger.make<unknown, void>((options) => {
        lines.push([jsonLine.log(options), Formatter.formatJson(Logger.formatStructured.log(plainLine(options)))])
      })
      const log = Effect.gen(function* () {
        yield* Effect.logInfo("a line")
        yield* Effect.logWarning("with fields").pipe(
          Effect.annotateLogs({ tenant: 't "1"', user: null, durationMs: Number.NaN, replayed: true })
        )
        yield* Effect.logError("with a cause", new Error("why"))
        yield* Effect.withLogSpan(Effect.logInfo("with a span"), "span")
        yield* Effect.annotateLogs(Effect.logInfo("with a secret"), { tenant: Redacted.make("hidden") })
      })
      yield* Effect.provide(log, Logger.layer([both]))
      assert.lengthOf(lines, 5)
      for (const [made, formed] of lines) assert.strictEqual(made, formed)
      assert.notInclude(lines.flat().join(), "hidden")
    })
  )

  it.effect("has a message where only an error was logged", () =>
    Effect.gen(function* () {
      const [line] = yield* logged(Effect.logError(new Error("why")))
      assert.strictEqual(line?.message, "failed")
      assert.match(line?.cause ?? "", /Error: why/)
    })
  )
})
