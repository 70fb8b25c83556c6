import { randomUUID } from "node:crypto"
import type { AccessRecord } from "@alga-psa/ext-domain/AccessRecord"
import type { AccessSinkService } from "@alga-psa/ext-domain/AccessSink"
import { atZero, labelled } from "@alga-psa/ext-domain/Labelled"
import { PgClient } from "@effect/sql-pg"
import { Deferred, Duration, Effect, Fiber, Metric, type Redacted, Schedule, Scope, Semaphore } from "effect"
import * as Reactivity from "effect/reactivity/Reactivity"
import type { SqlError } from "effect/sql/SqlError"
import type { DatabaseAddress } from "./DatabaseAddress.ts"
import { type AccessBufferOptions, makeAccessBuffer } from "./internal/access/buffer.ts"
import { accessTable, insertRecordsAsAt, isoTime } from "./internal/access/columns.ts"
import { keepUp } from "./internal/access/script.ts"
import { fromSqlError, sqlState } from "./internal/failure.ts"
import { connectionTo } from "./ServerConnection.ts"

/** Where access records are kept, and how many may wait for that. */
export interface PgAccessSinkOptions extends AccessBufferOptions {
  /** The login that may insert and nothing else, as `AccessTables.apply` makes it. */
  readonly url: Redacted.Redacted | DatabaseAddress
  /** How long what waits may take to be written where the scope closes. Default: 5 seconds. */
  readonly stopTimeout?: Duration.Duration
}

/** A sink, and what is done with it beside. */
export interface PgAccessSink {
  readonly sink: AccessSinkService
  /** Fails if records cannot be written now. */
  readonly check: Effect.Effect<void, unknown>
  /** Writes what waits by now. */
  readonly flush: Effect.Effect<void, unknown>
}

const mostInBatch = 500
/** Milliseconds between two writes, and after failures. */
const pauses = { first: 125, usual: 1_000, longest: 5_000 }
const patience = Duration.seconds(10)
const upkeepTime = Duration.hours(1)

const byOutcome = labelled(
  (attributes) =>
    Metric.counter("alga_extension_access_records_total", {
      description: "Access records by outcome: written, lost, or refused with the call",
      incremental: true,
      attributes
    }),
  "outcome",
  ["written", "lost", "refused"]
)
const count = (outcome: "written" | "lost" | "refused", by: number) =>
  by === 0 ? Effect.void : Metric.update(byOutcome.of(outcome), by)

const waiting = Metric.gauge("alga_extension_access_records_waiting", {
  description: "Access records that wait to be written"
})

const stateOf = (error: SqlError): string => sqlState(error) ?? ""
/** The error without the values that the server's message may quote. */
const toFailure = (error: SqlError) => fromSqlError("AccessSink.write", error)

/** No month is there for the record: the upkeep makes it. */
const noPartition = "23514"

/** The record itself is what the server refuses. Another attempt would end in the same way. */
const isRecordsFault = (error: SqlError) => /^2[23]/.test(stateOf(error)) && stateOf(error) !== noPartition

/**
 * Keeps access records in PostgreSQL. They wait in memory and are written each second, many in one statement; a
 * database that is away costs nothing as long as there is room. When it is full, {@link AccessBufferOptions.whenFull}
 * decides. A loss is a record too. Waiting records are written when the scope closes. A process that is killed loses
 * them.
 */
export const makePgAccessSink = (options: PgAccessSinkOptions): Effect.Effect<PgAccessSink, SqlError, Scope.Scope> =>
  Effect.gen(function* () {
    yield* atZero(byOutcome.all)
    const connection = yield* connectionTo(options.url, {
      name: "DATABASE_ACCESS_URL",
      connectTimeout: Duration.seconds(5),
      applicationName: "alga-extension-access"
    })
    // A scope that closes makes no connection any more, and the last records may need one.
    const outlives = yield* Effect.acquireRelease(Scope.make(), (scope, exit) => Scope.close(scope, exit))
    const sql = yield* Scope.provide(PgClient.make({ ...connection, maxConnections: 1, prepare: false }), outlives)
    const buffer = makeAccessBuffer(options)
    const runner = randomUUID()

    const serversTime = sql.unsafe<{ readonly time: string }>(`SELECT ${isoTime("now()")} AS time`)
    let began: { readonly first: number; readonly at: string } | null = null
    /** When the first attempt at a batch was made, by the server's clock. An answer that was lost may have been to that one. */
    const beginOf = (first: number) =>
      Effect.suspend(() =>
        began?.first === first
          ? Effect.succeed(began.at)
          : Effect.map(serversTime, ([row]) => {
              began = { first, at: row?.time ?? "" }
              return began.at
            })
      )

    /** Gives the records that the server refuses for their content, one by one. */
    const write = (
      first: number,
      batch: ReadonlyArray<AccessRecord>,
      at: string
    ): Effect.Effect<ReadonlyArray<AccessRecord>, SqlError> => {
      const insert = sql.unsafe(insertRecordsAsAt, [JSON.stringify(batch), runner, first, at])
      return Effect.catchIf(Effect.as(insert, []), isRecordsFault, (error) => {
        if (batch.length === 1)
          return Effect.as(Effect.logError("an access record was refused", toFailure(error)), batch)
        const half = Math.ceil(batch.length / 2)
        const parts = [write(first, batch.slice(0, half), at), write(first + half, batch.slice(half), at)]
        return Effect.map(Effect.all(parts), (refused) => refused.flat())
      })
    }

    /** A month that is gone has none of the batch's records any more: they may begin anew. */
    const makeMonths = Effect.suspend(() => {
      began = null
      return sql.unsafe(keepUp)
    })

    const tell = Effect.suspend(() => {
      const { lost, refused } = buffer.counts()
      return count("lost", lost).pipe(
        Effect.andThen(count("refused", refused)),
        Effect.andThen(Metric.update(waiting, buffer.waiting()))
      )
    })

    const writeNext = Effect.suspend(() => {
      const batch = buffer.take(mostInBatch)
      if (batch === null) return Effect.succeed(false)
      return Effect.flatMap(beginOf(batch.first), (at) => write(batch.first, batch.records, at)).pipe(
        Effect.tapError((error) => (stateOf(error) === noPartition ? Effect.asVoid(makeMonths) : Effect.void)),
        Effect.mapError(toFailure),
        Effect.timeout(patience),
        Effect.flatMap((refused) => {
          buffer.done(refused)
          return Effect.as(count("written", batch.records.length - refused.length), true)
        })
      )
    })
    const one = yield* Semaphore.make(1)
    const flush = one
      .withPermits(1)(Effect.repeat(writeNext, { while: (more) => more }))
      .pipe(Effect.asVoid, Effect.ensuring(tell))

    let failing = false
    const noteFailure = (error: unknown) => {
      const line = failing ? Effect.void : Effect.logError("access records cannot be written, and wait", error)
      failing = true
      return line
    }
    const noteSuccess = Effect.suspend(() => {
      const line = failing ? Effect.logInfo("access records are written again") : Effect.void
      failing = false
      return line
    })
    const stop = yield* Deferred.make<void>()
    const turn = Effect.matchEffect(flush, {
      onFailure: (error) => Effect.as(noteFailure(error), false),
      onSuccess: () => Effect.as(noteSuccess, true)
    })
    const writing = Effect.gen(function* () {
      for (let wait = pauses.first; ; ) {
        const stops = yield* Deferred.isDone(stop)
        const isWritten = yield* turn
        if (stops && isWritten) return
        wait = isWritten ? pauses.usual : Math.min(2 * wait, pauses.longest)
        const paused = Effect.sleep(Duration.millis(stops ? pauses.first : wait))
        yield* stops ? paused : Effect.raceFirst(paused, Deferred.await(stop))
      }
    })
    const upkeep = sql.unsafe(keepUp).pipe(
      Effect.mapError(toFailure),
      Effect.timeout(patience),
      Effect.catch((error) => Effect.logWarning("the months of access records could not be made", error))
    )

    const lost = (error: unknown) =>
      Effect.annotateLogs(Effect.logError("access records are lost: the runner stops", error), {
        records: buffer.waiting()
      })
    yield* Effect.forkScoped(Effect.repeat(upkeep, Schedule.spaced(upkeepTime)))
    const writer = yield* Effect.forkScoped(writing)
    const stopped = Effect.andThen(Deferred.succeed(stop, undefined), Fiber.join(writer)).pipe(
      Effect.timeout(options.stopTimeout ?? Duration.seconds(5)),
      Effect.catch(lost)
    )
    // A finalizer runs in a fiber that was interrupted already: what waits in it needs one of its own.
    yield* Effect.addFinalizer(() => Effect.flatMap(Effect.forkDetach(stopped), Fiber.join))

    const right = sql.unsafe<{ readonly may: boolean }>(`SELECT has_table_privilege('${accessTable}', 'INSERT') AS may`)
    return {
      sink: { open: buffer.open },
      flush,
      check: Effect.flatMap(Effect.timeout(right, patience), ([row]) =>
        row?.may === true ? Effect.void : Effect.fail("the login may not insert access records")
      )
    }
  }).pipe(Effect.provide(Reactivity.layer))
