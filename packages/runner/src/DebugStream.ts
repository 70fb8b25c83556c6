import { type GuestLine, GuestLines } from "@alga-psa/ext-adapters-wit"
import { installedVersionOf } from "@alga-psa/ext-domain"
import { atZero, labelled } from "@alga-psa/ext-domain/Labelled"
import { Duration, Effect, Fiber, Latch, Layer, Metric, type Redacted } from "effect"
import {
  connectRedis,
  loadRedisClient,
  RedisAway,
  type RedisClientNotInstalled,
  type RedisConnection
} from "./internal/debug/redisClient.ts"
import { makeWaitingEntries, type StreamEntry } from "./internal/debug/waitingEntries.ts"

/** Where the lines of extensions go beside the log, for the product's debug page. */
export interface DebugStreamOptions {
  readonly url: Redacted.Redacted
  /** A stream's name is this, the tenant, a colon and the extension. */
  readonly prefix: string
  /** The longest text of a line, in UTF-8. */
  readonly eventBytes: number
  /** How long Redis may say nothing before it is given up. Default: 5 seconds. */
  readonly patience?: Duration.Duration
}

/** Lines that wait. Half of them may be one tenant's. */
const mostWaiting = 1_000
const batch = 100
/** How long one that is away is left alone, in milliseconds, doubled each time. */
const pauses = { first: 1_000, longest: 30_000 }
/** How long lines that are left may take when the runner stops. */
const timeAtEnd = Duration.seconds(2)

const outcomes = labelled(
  (attributes) =>
    Metric.counter("alga_extension_debug_lines_total", {
      description: "Lines of extensions for the debug stream, by outcome: sent, or lost",
      incremental: true,
      attributes
    }),
  "outcome",
  ["sent", "lost"]
)
const [sent, lost] = [outcomes.of("sent"), outcomes.of("lost")]

/** A line as the product's debug page reads it. */
export const entryOf = (
  { invocation, isCut, level, message }: GuestLine,
  { eventBytes, prefix }: Pick<DebugStreamOptions, "eventBytes" | "prefix">,
  millis: number
): StreamEntry => {
  const bytes = Buffer.from(message)
  const isTooLong = bytes.byteLength > eventBytes
  const { extensionId, installId, requestId, tenantId } = invocation
  return {
    stream: `${prefix}${tenantId}:${extensionId}`,
    tenant: tenantId,
    fields: {
      ts: String(millis),
      level,
      stream: "log",
      tenant: tenantId,
      extension: extensionId,
      install: installId,
      request: requestId ?? "",
      version: installedVersionOf(invocation) ?? "",
      message: isTooLong ? new TextDecoder().decode(bytes.subarray(0, eventBytes), { stream: true }) : message,
      truncated: isCut || isTooLong ? "1" : "0"
    }
  }
}

const silent = new RedisAway({ fault: "TIMEOUT" })

/**
 * Sends each line of an extension, and the failures of its executions, to a stream of its tenant and extension in Redis. Nothing waits for
 * it: lines that wait are bounded, and a Redis that is away costs lines, which are counted. Fails where the client's library
 * is not installed.
 */
export const layer = ({
  patience = Duration.seconds(5),
  ...options
}: DebugStreamOptions): Layer.Layer<never, RedisClientNotInstalled> =>
  Layer.effect(
    GuestLines,
    Effect.gen(function* () {
      const library = yield* loadRedisClient
      yield* atZero(outcomes.all)
      const waiting = makeWaitingEntries(mostWaiting)
      const bell = Latch.makeUnsafe(false)
      const empty = Latch.makeUnsafe(true)
      let dropped = 0
      let fault: string | null = null
      let pause = pauses.first

      const countDropped = Effect.suspend(() => {
        const count = dropped
        dropped = 0
        return count === 0 ? Effect.void : Metric.update(lost, count)
      })

      /** Says once that lines are lost, and why, and once that they are not any more. */
      const note = (now: string | null) =>
        Effect.suspend(() => {
          if ((now === null) === (fault === null)) return Effect.void
          fault = now
          return now === null
            ? Effect.logInfo("the debug stream takes lines again")
            : Effect.annotateLogs(Effect.logWarning("the debug stream does not take lines"), { fault: now })
        })

      const sendSome = Effect.fnUntraced(function* ({ isOpen, send }: RedisConnection) {
        if (!isOpen()) return yield* new RedisAway({ fault: "CLOSED" })
        yield* countDropped
        const entries = waiting.take(batch)
        const refused = yield* Effect.timeoutOrElse(send(entries), {
          duration: patience,
          orElse: () => Effect.succeed(entries.map(() => silent))
        })
        yield* Metric.update(sent, entries.length - refused.length)
        yield* Metric.update(lost, refused.length)
        if (refused.includes(silent)) return yield* silent
        const [first] = refused
        if (first !== undefined && !isOpen()) return yield* first
        yield* note(first?.fault ?? null)
        pause = pauses.first
      })

      const connected = Effect.gen(function* () {
        const connection = yield* Effect.timeoutOrElse(connectRedis(library, options.url), {
          duration: patience,
          orElse: () => Effect.fail(silent)
        })
        for (;;) {
          while (waiting.size() > 0) yield* sendSome(connection)
          empty.openUnsafe()
          yield* bell.await
          bell.closeUnsafe()
          yield* countDropped
        }
      }).pipe(Effect.scoped)

      const leaveAlone = (away: RedisAway) =>
        Effect.gen(function* () {
          yield* note(away.fault)
          yield* countDropped
          yield* Effect.sleep(pause)
          pause = Math.min(pauses.longest, pause * 2)
        })

      yield* Effect.forkScoped(Effect.forever(Effect.catch(connected, leaveAlone)))
      // A finalizer runs in a fiber that was interrupted already: what waits in it needs one of its own.
      yield* Effect.addFinalizer(() =>
        Effect.flatMap(Effect.forkDetach(Effect.timeoutOption(empty.await, timeAtEnd)), Fiber.join)
      )

      return (line: GuestLine) => {
        dropped += waiting.add(entryOf(line, options, Date.now()))
        empty.closeUnsafe()
        bell.openUnsafe()
      }
    })
  )
