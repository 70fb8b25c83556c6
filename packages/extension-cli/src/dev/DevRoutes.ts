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

/** What the panel's routes need. */
export interface DevRoutesOptions {
  readonly session: string
  readonly bench: SubscriptionRef.SubscriptionRef<Bench>
  readonly change: (change: BenchChange) => Effect.Effect<void>
}

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(BenchChange))

const unauthorized = HttpServerResponse.jsonUnsafe({ error: "unauthorized" }, { status: 401 })

/**
 * The panel's own routes: `GET /dev/events` sends the bench as it is and after every change, `POST /dev/bench` changes who
 * looks and what is granted. Both need the session of the page, and like the page answer the server's own address alone.
 */
export const devRoutes =
  ({ bench, change, session }: DevRoutesOptions) =>
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
        const changed = Effect.gen(function* () {
          const request = yield* HttpServerRequest.HttpServerRequest
          if (request.headers["x-alga-host-session"] !== session) return unauthorized
          yield* change(yield* decode(yield* request.text))
          return HttpServerResponse.empty({ status: 204 })
        }).pipe(
          Effect.catch(() =>
            Effect.succeed(HttpServerResponse.jsonUnsafe({ error: "invalid_request" }, { status: 400 }))
          )
        )
        yield* router.add("GET", "/dev/events", guarded(events))
        yield* router.add("POST", "/dev/bench", guarded(changed))
      })
    )
