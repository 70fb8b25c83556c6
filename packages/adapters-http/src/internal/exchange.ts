import { Buffer } from "node:buffer"
import { Effect, type Scope } from "effect"
import type { Dispatcher } from "undici"
import { ServerFailed } from "../ServerFailed.ts"

/** A server that this package talks to. */
export interface ServerOptions {
  /** Which one, in words, for the log. */
  readonly server: string
  /** Where it is. Paths of requests follow it as they are. */
  readonly base: URL
  /** The largest answer, in bytes. */
  readonly answerBytes: number
}

/** One request. Its path begins with `/`. */
export interface ServerRequest {
  readonly method: "GET" | "POST"
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | null
}

/** A whole answer, whatever its status. */
export interface ServerAnswer {
  readonly status: number
  readonly body: Uint8Array
}

/** Sends one request once, and waits so many milliseconds for the whole answer. */
export type Exchange = (request: ServerRequest, millis: number) => Effect.Effect<ServerAnswer, ServerFailed>

const connections = 64
const headerBytes = 16_384

/** Names of faults are the system's and undici's own. A message could repeat what the server sent. */
const nameOf = (error: unknown): string => {
  const code = error instanceof Error && "code" in error ? error.code : undefined
  return typeof code === "string" && /^[A-Z][A-Z0-9_]{1,63}$/.test(code) ? code : "unknown"
}

/**
 * Requests to one server over connections that are kept. Nothing is sent twice and no redirect is followed; certificates are
 * verified. Who interrupts a request closes its connection.
 */
export const makeExchange = ({
  answerBytes,
  base,
  server
}: ServerOptions): Effect.Effect<Exchange, never, Scope.Scope> =>
  Effect.gen(function* () {
    // Loading it takes a tenth of the start of a runner, and many talk to no server.
    const { Pool } = yield* Effect.promise(() => import("undici"))
    const prefix = base.pathname.replace(/\/$/, "")
    const pool = yield* Effect.acquireRelease(
      Effect.sync(
        () =>
          new Pool(base.origin, {
            connections,
            pipelining: 1,
            allowH2: false,
            maxHeaderSize: headerBytes,
            maxResponseSize: answerBytes
          })
      ),
      (opened) => Effect.promise(() => opened.destroy())
    )

    return ({ body, headers, method, path }, millis) => {
      let control: Dispatcher.DispatchController | null = null
      const answer = Effect.callback<ServerAnswer, ServerFailed>((resume) => {
        let isOver = false
        let status = 0
        let length = 0
        const parts: Array<Uint8Array> = []
        const fail = (error: unknown): void => {
          const system = nameOf(error)
          const tooLarge = system === "UND_ERR_RES_EXCEEDED_MAX_SIZE" || system === "UND_ERR_HEADERS_OVERFLOW"
          const reason = control === null ? "unreachable" : tooLarge ? "too-large" : "lost"
          resume(Effect.fail(new ServerFailed({ server, reason, system })))
        }
        try {
          pool.dispatch(
            { method, path: `${prefix}${path}`, headers, body, headersTimeout: 0, bodyTimeout: 0 },
            {
              onRequestStart: (controller) => {
                if (isOver) controller.abort(new Error("nobody waits for it"))
                else control = controller
              },
              onResponseStart: (_, answered) => {
                status = answered
              },
              onResponseData: (_, part) => {
                parts.push(part)
                length += part.byteLength
              },
              onResponseEnd: () => resume(Effect.succeed({ status, body: Buffer.concat(parts, length) })),
              onResponseError: (_, error) => fail(error)
            }
          )
        } catch (error) {
          fail(error)
        }
        return Effect.sync(() => {
          isOver = true
          control?.abort(new Error("nobody waits for it"))
        })
      })
      return Effect.timeoutOrElse(answer, {
        duration: millis,
        orElse: () => Effect.fail(new ServerFailed({ server, reason: control === null ? "busy" : "too-slow" }))
      })
    }
  })
