import type { DataSourceError } from "@alga-psa/ext-domain/DataSourceError"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Logger } from "effect"
import { ConnectionError, SqlError, StatementTimeoutError, UnknownError } from "effect/sql/SqlError"
import { fromSqlError } from "../src/internal/failure.ts"
import { makeResend } from "../src/internal/resend.ts"

const from = (code: string) => Object.assign(new Error("private text"), { severity: "FATAL", code })

const lost = new SqlError({
  reason: new ConnectionError({ cause: new Error("private text"), message: "Connection closed", operation: "query" })
})
const refused = new SqlError({
  reason: new ConnectionError({ cause: from("ECONNREFUSED"), message: "Failed to connect", operation: "connect" })
})

const ended = (code: string, operation: "connect" | "query") =>
  new SqlError({ reason: new UnknownError({ cause: from(code), message: "ended", operation }) })

const late = new SqlError({
  reason: new StatementTimeoutError({ cause: from("57014"), message: "canceled", operation: "query" })
})

/** A read that fails with each of the errors in turn, and is answered after the last. */
const failing = (...errors: ReadonlyArray<SqlError>) => {
  const left = [...errors]
  let sent = 0
  const read = Effect.suspend(() => {
    sent += 1
    const error = left.shift()
    return error === undefined ? Effect.succeed("answered") : Effect.fail(fromSqlError("ClientReader.list", error))
  })
  return { read, sent: () => sent }
}

const resent = (read: Effect.Effect<string, DataSourceError>) =>
  Effect.flatMap(makeResend, (resend) =>
    Effect.match(resend("ClientReader.list", read), { onFailure: () => "failed", onSuccess: (it) => it })
  )

const silent = Effect.provide(Logger.layer([]))

describe("A read whose connection was lost", () => {
  it.effect.each([
    ["closed", lost],
    ["ended by an administrator (57P01)", ended("57P01", "query")],
    ["ended after a crash (57P02)", ended("57P02", "query")],
    ["ended for being idle (57P05)", ended("57P05", "query")]
  ] as const)("is sent once more when it was %s", ([, error]) =>
    Effect.gen(function* () {
      const { read, sent } = failing(error)
      assert.deepEqual([yield* resent(read), sent()], ["answered", 2])
    }).pipe(silent)
  )

  it.effect.each([
    ["the connection is refused", refused],
    ["the server is full (53300)", ended("53300", "connect")],
    ["the server starts (57P03)", ended("57P03", "connect")],
    ["the server shuts down while it is connected to (57P01)", ended("57P01", "connect")],
    ["it is too slow (57014)", late],
    ["the server refuses it (42P01)", ended("42P01", "query")]
  ] as const)("is not sent again when %s", ([, error]) =>
    Effect.gen(function* () {
      const { read, sent } = failing(error)
      assert.deepEqual([yield* resent(read), sent()], ["failed", 1])
    }).pipe(silent)
  )

  it.effect("is not sent a third time", () =>
    Effect.gen(function* () {
      const { read, sent } = failing(lost, lost)
      assert.deepEqual([yield* resent(read), sent()], ["failed", 2])
    }).pipe(silent)
  )

  it.effect("is sent again 32 times in a row at most, and then once for every ten answered", () =>
    Effect.gen(function* () {
      const resend = yield* makeResend
      const run = (read: Effect.Effect<string, DataSourceError>) => Effect.ignore(resend("ClientReader.list", read))
      const outage = failing(...Array.from({ length: 200 }, () => lost))
      yield* Effect.repeat(run(outage.read), { times: 99 })
      assert.strictEqual(outage.sent(), 132)
      yield* Effect.repeat(run(Effect.succeed("answered")), { times: 10 })
      const again = failing(lost, lost, lost)
      yield* Effect.repeat(run(again.read), { times: 1 })
      assert.strictEqual(again.sent(), 3)
    }).pipe(silent)
  )

  it.effect("is one line in the log, which names the call and nothing of the failure", () =>
    Effect.gen(function* () {
      const lines: Array<string> = []
      const log = Logger.map(Logger.formatLogFmt, (line) => lines.push(line))
      yield* resent(failing(lost).read).pipe(Effect.provide(Logger.layer([log])))
      assert.strictEqual(lines.length, 1)
      assert.include(lines[0], "ClientReader.list")
      assert.notInclude(lines[0], "private")
    })
  )
})
