import { loopbackOnly } from "@alga-psa/ext-development-host/Loopback"
import { Capability } from "@alga-psa/ext-domain"
import { Effect, Schema, Stream, type SubscriptionRef } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import type { Bench, ViewerName } from "./Bench.ts"
import { panelEvents } from "./PanelEvents.ts"

const viewers: ReadonlyArray<ViewerName> = ["admin", "without-permission", "portal", "nobody"]

/** What the panel may change. */
export const BenchChange = Schema.Struct({
  viewer: Schema.optionalKey(Schema.Literals(viewers)),
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

/** A schedule that is to run at once. */
const RunNow = Schema.Struct({ schedule: Schema.String })

/** What the panel's routes need. */
export interface DevRoutesOptions {
  readonly session: string
  readonly bench: SubscriptionRef.SubscriptionRef<Bench>
  readonly change: (change: BenchChange) => Effect.Effect<void>
  readonly store: (change: StoredChange) => Effect.Effect<void>
  readonly run: (schedule: string) => Effect.Effect<void>
}

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(BenchChange))
const decodeStored = Schema.decodeUnknownEffect(Schema.fromJsonString(StoredChange))
const decodeRun = Schema.decodeUnknownEffect(Schema.fromJsonString(RunNow))

const unauthorized = HttpServerResponse.jsonUnsafe({ error: "unauthorized" }, { status: 401 })

/**
 * The panel's own routes: `GET /dev/events` sends the bench as it is and after every change, `POST /dev/bench` changes who
 * looks and what is granted, `POST /dev/storage` what is stored, and `POST /dev/run` runs a schedule. All need the session of the
 * page, and like the page answer the server's own address alone.
 */
export const devRoutes =
  ({ bench, change, run, session, store }: DevRoutesOptions) =>
  (own: Effect.Effect<string>) =>
    HttpRouter.use(
      Effect.fnUntraced(function* (router) {
        const guarded = loopbackOnly(own)
        const events = Effect.gen(function* () {
          const { url } = yield* HttpServerRequest.HttpServerRequest
          if (new URL(url, "http://host.invalid").searchParams.get("session") !== session) return unauthorized
          return HttpServerResponse.stream(Stream.encodeText(panelEvents(bench)), {
            contentType: "text/event-stream",
            headers: { "cache-control": "no-store", "x-content-type-options": "nosniff" }
          })
        })
        const changing = <E>(apply: (text: string) => Effect.Effect<void, E>) =>
          Effect.gen(function* () {
            const request = yield* HttpServerRequest.HttpServerRequest
            if (request.headers["x-alga-host-session"] !== session) return unauthorized
            yield* apply(yield* request.text)
            return HttpServerResponse.empty({ status: 204 })
          }).pipe(
            Effect.catch(() =>
              Effect.succeed(HttpServerResponse.jsonUnsafe({ error: "invalid_request" }, { status: 400 }))
            )
          )
        const changes = {
          bench: changing((text) => Effect.flatMap(decode(text), change)),
          storage: changing((text) => Effect.flatMap(decodeStored(text), store)),
          run: changing((text) => Effect.flatMap(decodeRun(text), ({ schedule }) => run(schedule)))
        }
        yield* router.add("GET", "/dev/events", guarded(events))
        for (const [name, handle] of Object.entries(changes)) {
          yield* router.add("POST", `/dev/${name}` as const, guarded(handle))
        }
      })
    )
