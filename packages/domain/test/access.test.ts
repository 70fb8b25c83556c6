import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Layer, Result, Schema } from "effect"
import { everyAccess, mostAccessRecords, mostAccessSums } from "../src/AccessReader.ts"
import { AccessRecord, accessRecordSchema, accessWithoutCall } from "../src/AccessRecord.ts"
import { AccessSink } from "../src/AccessSink.ts"
import { ClientReads } from "../src/ClientReads.ts"
import { DataSourceError } from "../src/DataSourceError.ts"
import { asExecution, type Invocation, type InvocationData } from "../src/Invocation.ts"
import { failure, observed } from "./observed.ts"
import { type Answers, access, guardedReads, install, invocation, only, staff, tenant, user } from "./ports.ts"

type Read = Effect.Effect<unknown, unknown, ClientReads | Invocation>
const list: Read = Effect.flatMap(ClientReads, (reads) => reads.list({ search: "private search" }))
const wrong: Read = Effect.flatMap(ClientReads, (reads) => reads.list({ page: 0 }))

const down = new DataSourceError({ reason: "failed", operation: "test", cause: new Error("down") })

/** A sink that notes what it was asked, and keeps records or refuses to. */
const noting = (keeps: boolean) => {
  const records: Array<AccessRecord> = []
  const asked: Array<string> = []
  const sink = {
    open: () => {
      asked.push("open")
      return {
        reserve: () => {
          asked.push("reserve")
          return keeps
        },
        fill: (record: AccessRecord) => {
          asked.push("fill")
          records.push(record)
        }
      }
    }
  }
  return { records, asked, layer: Layer.succeed(AccessSink, sink) }
}

const ran = (read: Read, answers: Answers = {}, of: InvocationData = invocation(), keeps = true) => {
  const { asked, layer, records } = noting(keeps)
  const { called, layer: reads } = guardedReads(answers)
  const run = observed(read.pipe(asExecution(of), Effect.provide(Layer.provide(reads, layer))))
  return Effect.map(run, (seen) => ({ ...seen, asked, records, called: called() }))
}

const decode = Schema.decodeUnknownResult(AccessRecord, { onExcessProperty: "error" })

const calls: ReadonlyArray<readonly [outcome: string, Read, Answers, InvocationData]> = [
  ["ok", list, {}, invocation()],
  ["capability-denied", list, { gate: () => Effect.succeed(access({ capabilities: only() })) }, invocation()],
  ["rbac-denied", list, { rbac: () => Effect.succeed({ ...staff, permissions: new Set() }) }, invocation()],
  ["rbac-denied", list, { rbac: () => Effect.succeed(null) }, invocation(null)],
  ["invalid-input", wrong, {}, invocation()],
  ["internal", list, { clients: { list: () => Effect.fail(down) } }, invocation(null, { trigger: "schedule" })],
  ["internal", list, { clients: { list: () => Effect.die("private") } }, invocation(user, { source: "todays-runner" })]
]

describe("The access record", () => {
  it.effect.each(calls)("of a call that ends %s is one, and what its log line says: fields, order, types", (given) =>
    Effect.gen(function* () {
      const [outcome, read, answers, of] = given
      const { lines, records } = yield* ran(read, answers, of)
      const [record] = records
      assert.deepStrictEqual([records.length, lines.length, record?.outcome], [1, 1, outcome])
      assert.deepStrictEqual(JSON.stringify(record), JSON.stringify(lines[0]?.fields))
      const known = Object.keys(AccessRecord.fields)
      const places = Object.keys(record ?? {}).map((field) => known.indexOf(field))
      assert.deepStrictEqual(
        places,
        places.toSorted((a, b) => a - b)
      )
      assert.isTrue(Result.isSuccess(decode(record)))
      assert.notMatch(JSON.stringify(record), /private/i)
    })
  )

  it.effect("is there of a call that is interrupted", () =>
    Effect.gen(function* () {
      const started = yield* Deferred.make<void>()
      const answers = {
        clients: { list: () => Effect.andThen(Deferred.succeed(started, undefined), Effect.never) }
      }
      const { asked, layer, records } = noting(true)
      const { layer: reads } = guardedReads(answers)
      const fiber = yield* Effect.forkChild(
        list.pipe(asExecution(invocation()), Effect.provide(Layer.provide(reads, layer)))
      )
      yield* Deferred.await(started)
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual([asked, records[0]?.outcome], [["open", "reserve", "fill"], "interrupted"])
    })
  )

  it.effect("has a place before anything is read, and is not asked for one where nothing will be", () =>
    Effect.gen(function* () {
      const read = yield* ran(list)
      assert.deepStrictEqual(read.asked, ["open", "reserve", "fill"])
      assert.include(read.called, "clients.list")
      const denied = yield* ran(list, { gate: () => Effect.succeed(access({ capabilities: only() })) })
      assert.deepStrictEqual(denied.asked, ["open", "fill"])
    })
  )

  it.effect("that cannot be kept refuses the call where the sink says so: nothing is read, and a retry may help", () =>
    Effect.gen(function* () {
      const { called, exit, lines, records } = yield* ran(list, {}, invocation(), false)
      assert.deepInclude(failure(exit), { code: "internal" })
      assert.notInclude(called, "clients.list")
      assert.deepStrictEqual([records[0]?.outcome, lines[0]?.fields["outcome"]], ["internal", "internal"])
      const cause = lines[0]?.message[1]
      assert(cause instanceof DataSourceError)
      assert.match(String(cause), /AccessSink.open: the data source is unavailable/)
      assert.match(String(cause.cause), /access records cannot be kept now/)
    })
  )

  it("is described by a JSON Schema with a version, which takes what is no call too", () => {
    const schema = accessRecordSchema()
    assert.strictEqual(schema["$id"], "urn:alga-psa:extension-access-record:1")
    assert.deepStrictEqual(Object.keys(schema["properties"] ?? {}), Object.keys(AccessRecord.fields))
    const gap = accessWithoutCall({
      time: "2026-01-01T00:00:00.000Z",
      operation: "access.gap",
      outcome: "lost",
      tenant,
      resultCount: 3
    })
    assert.isTrue(Result.isSuccess(decode(gap)))
    assert.isTrue(Result.isFailure(decode({ ...gap, tenant: install, search: "Evergreen" })))
  })
})

it("A question about access records leaves all open at first, and its answers have bounds", () => {
  assert.deepStrictEqual([...new Set(Object.values(everyAccess))], [null])
  assert.deepStrictEqual([mostAccessRecords, mostAccessSums], [1_000, 10_000])
})

it.effect("Without a sink a read is answered as ever", () =>
  Effect.gen(function* () {
    const { layer } = guardedReads()
    assert.isTrue(Exit.isSuccess(yield* Effect.exit(list.pipe(asExecution(invocation()), Effect.provide(layer)))))
  })
)
