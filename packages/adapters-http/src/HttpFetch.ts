import {
  HttpFetch,
  HttpFetchError,
  type HttpFetchRequest,
  type HttpFetchResponse,
  isHttpMethod
} from "@alga-psa/ext-domain/HttpFetch"
import { Invocation, type InvocationData } from "@alga-psa/ext-domain/Invocation"
import { Clock, Duration, Effect, Exit, Layer, type Redacted } from "effect"
import type { Agent } from "undici"
import type { AddressRange } from "./EgressAddresses.ts"
import { type EgressEntry, entryFor } from "./EgressAllowlist.ts"
import { egressBounds, egressTimes } from "./EgressBounds.ts"
import { makeAgents } from "./internal/egress/agents.ts"
import { makeDial } from "./internal/egress/dial.ts"
import { failure, failureOf } from "./internal/egress/failure.ts"
import { type Resolve, systemResolve } from "./internal/egress/lookups.ts"
import { makePlaces } from "./internal/egress/places.ts"
import { sentHeaders } from "./internal/egress/sentHeaders.ts"
import { measured, measuredAtZero } from "./internal/measured.ts"
import { timeFor } from "./internal/timeFor.ts"

/** Whom extensions may send requests to, and how much. {@link egressBounds} and {@link egressTimes} have the defaults. */
export interface HttpFetchOptions {
  /** Nothing else is let out to. */
  readonly entries: ReadonlyArray<EgressEntry>
  /** Addresses that may be connected to although they are not public. Default: none. */
  readonly opened?: ReadonlyArray<AddressRange>
  /** Asked for a tunnel to the address, for every request: `http` or `https`, with user and password where it has them. Default: none. */
  readonly proxy?: Redacted.Redacted<URL>
  /** From the call to the whole answer, if the execution has that much time left. */
  readonly timeout?: Duration.Duration
  /** The body of a request, and of an answer, in bytes: `bodyBytesWithin` a host call. */
  readonly bodyBytes: number
  /** Requests of one execution. */
  readonly requests?: number
  /**
   * Requests of all executions at the same time, of which one tenant may have three quarters; more wait within their time. Each holds a
   * connection and up to two bodies in memory.
   */
  readonly concurrency?: number
  /** Default: the system's resolver. */
  readonly resolve?: Resolve
  /** Certificates (PEM) of the authorities that signed the servers' certificates. Default: Node's. */
  readonly ca?: string
}

const connectTimeout = Duration.seconds(10)
const mostHeaders = 200

const notAllowed = (why: string) => Effect.fail(failure("not-allowed", why))

const urlOf = (text: string): URL | null => {
  const url = URL.parse(text)
  const isPlain = url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === ""
  return isPlain ? url : null
}

const pairs = (flat: ReadonlyArray<string>) =>
  flat.flatMap((name, at) => (at % 2 === 0 ? [{ name, value: flat[at + 1] ?? "" }] : []))

/**
 * Sends a request and reads its whole answer. A failure before the answer began is `transport`, a later one `internal`.
 */
const exchange = (agent: Agent, url: URL, request: HttpFetchRequest, millis: number) =>
  Effect.suspend((): Effect.Effect<HttpFetchResponse, HttpFetchError> => {
    let otherwise: "transport" | "internal" = "transport"
    return Effect.tryPromise({
      try: async (signal) => {
        const answer = await agent.request({
          origin: url.origin,
          path: `${url.pathname}${url.search}`,
          method: request.method as never,
          headers: sentHeaders(request.headers).flatMap(({ name, value }) => [name, value]),
          body: request.body === null ? null : Buffer.from(request.body),
          responseHeaders: "raw",
          signal
        })
        answer.body.on("error", () => {})
        const headers = pairs(answer.headers as unknown as ReadonlyArray<string>)
        if (headers.length > mostHeaders) {
          answer.body.destroy()
          throw failure("transport", `more than ${mostHeaders} headers`)
        }
        otherwise = "internal"
        const body = new Uint8Array(await answer.body.arrayBuffer())
        return { status: answer.statusCode, headers, body: body.byteLength === 0 ? null : body }
      },
      catch: (error) => failureOf(error, otherwise)
    }).pipe(
      Effect.timeoutOrElse({
        duration: millis,
        orElse: () => Effect.fail(failure(otherwise, `no whole answer within ${Math.round(millis)} ms`))
      })
    )
  })

const outcomeOf = (exit: Exit.Exit<HttpFetchResponse, HttpFetchError>): string => {
  if (Exit.isSuccess(exit)) return "ok"
  const error = Exit.findErrorOption(exit)
  return error._tag === "Some" ? error.value.code : "interrupted"
}

const outcomes = ["ok", "interrupted", ...HttpFetchError.fields.code.literals]

const make = Effect.fnUntraced(function* (options: HttpFetchOptions) {
  yield* measuredAtZero("http", ["fetch"], outcomes)
  const { bodyBytes, entries } = options
  const concurrency = options.concurrency ?? egressBounds.concurrency.default
  const requests = options.requests ?? egressBounds.requests.default
  const timeout = options.timeout ?? Duration.fromInputUnsafe(egressTimes.timeout.default)
  const dial = makeDial({
    opened: options.opened ?? [],
    resolve: options.resolve ?? systemResolve,
    proxy: options.proxy ?? null,
    ca: options.ca
  })
  const agentOf = yield* makeAgents({ dial, connectTimeout: Duration.min(connectTimeout, timeout), bodyBytes })
  const sent = new WeakMap<InvocationData, number>()
  const places = makePlaces(concurrency)

  /** Does something in one of the places, with the time that is left then. */
  const inPlace = <A>(tenant: string, millis: number, work: (left: number) => Effect.Effect<A, HttpFetchError>) =>
    Effect.flatMap(Clock.monotonicTimeNanos, (asked) => {
      let began = false
      const tooLate = Effect.fail(failure("transport", "too many requests were under way"))
      const begin = Effect.flatMap(Clock.monotonicTimeNanos, (now) => {
        const left = millis - Number(now - asked) / 1e6
        began = left > 0
        return began ? work(left) : tooLate
      })
      const waitedOut = Effect.suspend(() => (began ? Effect.never : tooLate))
      return Effect.raceFirst(places(tenant, begin), Effect.delay(waitedOut, millis))
    })

  const fetch = Effect.fnUntraced(
    function* (request) {
      const url = urlOf(request.url)
      if (url === null) return yield* failure("invalid-url", "no URL of http or https without a user")
      if (!isHttpMethod(request.method)) return yield* failure("invalid-url", "no method of HTTP")
      if (entryFor(entries, url) === undefined) return yield* notAllowed("no entry of the allow-list covers the URL")
      if ((request.body?.byteLength ?? 0) > bodyBytes)
        return yield* notAllowed(`a body of more than ${bodyBytes} bytes`)
      const execution = yield* Invocation
      const number = (sent.get(execution) ?? 0) + 1
      sent.set(execution, number)
      if (number > requests) return yield* notAllowed(`more than ${requests} requests of one execution`)
      const millis = yield* timeFor(Duration.toMillis(timeout))
      // An agent that is not in use is closed where too many other installs ask.
      return yield* inPlace(execution.tenantId, millis, (left) =>
        exchange(agentOf(`${execution.tenantId} ${execution.installId}`), url, request, left)
      )
    },
    measured({ interface: "http", operation: "fetch" }, outcomeOf)
  )

  return HttpFetch.of({ fetch })
})

/**
 * {@link HttpFetch} to the hosts of an allow-list. An address counts when the connection is made: it must be public, or opened by
 * its own option. Redirects are not followed, certificates are verified, and bodies are handed over as they were sent.
 */
export const layerHttpFetch = (options: HttpFetchOptions): Layer.Layer<HttpFetch> =>
  Layer.effect(HttpFetch, make(options))
