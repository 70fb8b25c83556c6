import { loopbackOnly } from "@alga-psa/ext-development-host/Loopback"
import { Capability } from "@alga-psa/ext-domain"
import { ByteSize, Effect, Schema, Stream, type SubscriptionRef } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import { type Bench, type DataPage, type DataSaved, rowKinds } from "./Bench.ts"
import { mostRecords } from "./DevData.ts"
import type { Comparison, KeptTest, SentAnswer } from "./ExecutionRecord.ts"
import { panelEvents } from "./PanelEvents.ts"
import { viewerNames } from "./ViewerName.ts"

/** What the panel may change. */
export const BenchChange = Schema.Struct({
  viewer: Schema.optionalKey(Schema.Literals(viewerNames)),
  granted: Schema.optionalKey(Schema.Array(Capability))
})
export interface BenchChange extends Schema.Schema.Type<typeof BenchChange> {}

/** A value that the panel stores, or deletes where its text is null. */
export const StoredChange = Schema.Struct({
  namespace: Schema.String.check(Schema.isBetweenCodePoints(1, 128)),
  key: Schema.String.check(Schema.isBetweenCodePoints(1, 256)),
  text: Schema.NullOr(Schema.String.check(Schema.isMaxLength(49_149)))
})
export interface StoredChange extends Schema.Schema.Type<typeof StoredChange> {}

/** Which records the panel asks for. */
export const RowsAsked = Schema.Struct({
  kind: Schema.Literals(rowKinds),
  search: Schema.String.check(Schema.isMaxLength(200)),
  page: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: mostRecords }))
})
export interface RowsAsked extends Schema.Schema.Type<typeof RowsAsked> {}

/** A record that the panel changes, or adds where there is no id. Its fields are judged by their own rules. */
export const RowChange = Schema.Struct({
  kind: Schema.Literals(rowKinds),
  id: Schema.NullOr(Schema.String.check(Schema.isGUID())),
  fields: Schema.Record(Schema.String, Schema.Unknown)
})
export interface RowChange extends Schema.Schema.Type<typeof RowChange> {}

/** A request that the panel sends. */
export const PanelRequest = Schema.Struct({
  method: Schema.String,
  /** Path and query. */
  target: Schema.String.check(Schema.isMaxLength(8_192)),
  body: Schema.NullOr(Schema.String)
})
export interface PanelRequest extends Schema.Schema.Type<typeof PanelRequest> {}

/** A schedule that is to run at once. */
const RunNow = Schema.Struct({ schedule: Schema.String })

const OfExecution = Schema.Struct({ execution: Schema.String })

/** What the panel's routes need. */
export interface DevRoutesOptions {
  readonly session: string
  readonly bench: SubscriptionRef.SubscriptionRef<Bench>
  readonly change: (change: BenchChange) => Effect.Effect<void>
  readonly store: (change: StoredChange) => Effect.Effect<void>
  readonly rows: (asked: RowsAsked) => Effect.Effect<DataPage>
  readonly row: (change: RowChange) => Effect.Effect<DataSaved>
  /** Makes all records what they were at the start. */
  readonly reset: Effect.Effect<void>
  readonly run: (schedule: string) => Effect.Effect<void>
  readonly send: (request: PanelRequest) => Effect.Effect<SentAnswer>
  /** Sends the request of an execution again; null where it is not known any more. */
  readonly resend: (execution: string) => Effect.Effect<SentAnswer | null>
  /** Keeps an execution as a test; null where it is not known any more. */
  readonly keep: (execution: string) => Effect.Effect<KeptTest | null>
  /** Sends the request of an execution again, to Node and to the sandbox; null where it is not known any more. */
  readonly compare: (execution: string) => Effect.Effect<Comparison | null>
  /** Forgets the executions that have ended. */
  readonly clear: Effect.Effect<void>
}

const reading = <A, I>(schema: Schema.Codec<A, I>) => Schema.decodeUnknownEffect(Schema.fromJsonString(schema))

const unauthorized = HttpServerResponse.jsonUnsafe({ error: "unauthorized" }, { status: 401 })
const gone = HttpServerResponse.jsonUnsafe({ error: "gone" }, { status: 410 })

/** The largest change that the panel sends is a request with a body. */
const mostBytes = ByteSize.mebibytes(16)

const unread = { "cache-control": "no-store", "x-content-type-options": "nosniff" }

/**
 * The panel's own routes: `GET /dev/events` sends the bench at once and after every change. `POST /dev/bench` changes
 * who looks and what is granted, and `POST /dev/storage` what is stored. `POST /dev/rows` lists clients and services;
 * `POST /dev/row` and `POST /dev/reset` change them. `POST /dev/run` runs a schedule. `POST /dev/send` and
 * `POST /dev/resend` send a request, and `POST /dev/keep` writes a test. `POST /dev/compare` asks Node and the sandbox,
 * and `POST /dev/clear` forgets executions. All need the session of the page and, like the page, answer only the
 * server's own address.
 */
export const devRoutes =
  ({ bench, change, clear, compare, keep, resend, reset, row, rows, run, send, session, store }: DevRoutesOptions) =>
  (own: Effect.Effect<string>) =>
    HttpRouter.use(
      Effect.fnUntraced(function* (router) {
        const guarded = loopbackOnly(own)
        const events = Effect.gen(function* () {
          const { url } = yield* HttpServerRequest.HttpServerRequest
          if (new URL(url, "http://host.invalid").searchParams.get("session") !== session) return unauthorized
          return HttpServerResponse.stream(Stream.encodeText(panelEvents(bench)), {
            contentType: "text/event-stream",
            headers: unread
          })
        })
        const asking = <A, I>(schema: Schema.Codec<A, I>, apply: (given: A) => Effect.Effect<unknown>) =>
          Effect.gen(function* () {
            const request = yield* HttpServerRequest.HttpServerRequest
            if (request.headers["x-alga-host-session"] !== session) return unauthorized
            const given = yield* reading(schema)(
              yield* Effect.provideService(request.text, HttpServerRequest.MaxBodySize, mostBytes)
            )
            const answer = yield* apply(given)
            if (answer === null) return gone
            return answer === undefined
              ? HttpServerResponse.empty({ status: 204 })
              : HttpServerResponse.jsonUnsafe(answer, { headers: unread })
          }).pipe(
            Effect.catch(() =>
              Effect.succeed(HttpServerResponse.jsonUnsafe({ error: "invalid_request" }, { status: 400 }))
            )
          )
        const changes = {
          bench: asking(BenchChange, change),
          storage: asking(StoredChange, store),
          rows: asking(RowsAsked, rows),
          row: asking(RowChange, row),
          reset: asking(Schema.Struct({}), () => reset),
          run: asking(RunNow, ({ schedule }) => run(schedule)),
          send: asking(PanelRequest, send),
          resend: asking(OfExecution, ({ execution }) => resend(execution)),
          keep: asking(OfExecution, ({ execution }) => keep(execution)),
          compare: asking(OfExecution, ({ execution }) => compare(execution)),
          clear: asking(Schema.Struct({}), () => clear)
        }
        yield* router.add("GET", "/dev/events", guarded(events))
        for (const [name, handle] of Object.entries(changes)) {
          yield* router.add("POST", `/dev/${name}` as const, guarded(handle))
        }
      })
    )
