import type { Socket } from "node:net"
import type { HttpFetchError } from "@alga-psa/ext-domain/HttpFetch"
import { Cause, type Duration, Effect, Exit } from "effect"
import type { Agent } from "undici"
import type { Callee } from "./dial.ts"
import { failure, failureOf } from "./failure.ts"

/** Installs whose connections are kept at the same time. */
const mostInstalls = 64
const mostOrigins = 128
const connectionsOfOrigin = 16
/** A connection without a request is closed after this, or sooner where the server says so. */
const keptMillis = 4_000
const headBytes = 16_384

/** What connections are made and bounded by. */
export interface AgentOptions {
  readonly dial: (callee: Callee) => Effect.Effect<Socket, HttpFetchError>
  readonly connectTimeout: Duration.Duration
  readonly bodyBytes: number
}

/**
 * Connections of installs, kept for a moment. An install has its own: a server may take all that comes over one connection for
 * one client's.
 */
export const makeAgents = Effect.fnUntraced(function* ({ bodyBytes, connectTimeout, dial }: AgentOptions) {
  const { Agent } = yield* Effect.promise(() => import("undici"))
  const connecting = (callee: Callee) =>
    Effect.timeoutOrElse(dial(callee), {
      duration: connectTimeout,
      orElse: () => Effect.fail(failure("transport", "no connection in time"))
    })

  const make = () =>
    new Agent({
      connect: ({ hostname, port, protocol }, done) => {
        const callee = { protocol, hostname, port: Number(port) || (protocol === "https:" ? 443 : 80) }
        Effect.runCallback(connecting(callee), {
          onExit: Exit.match({
            onSuccess: (socket) => done(null, socket),
            onFailure: (cause) => done(failureOf(Cause.squash(cause), "transport"), null)
          })
        })
      },
      allowH2: false,
      pipelining: 1,
      connections: connectionsOfOrigin,
      maxOrigins: mostOrigins,
      maxHeaderSize: headBytes,
      maxResponseSize: bodyBytes,
      keepAliveTimeout: keptMillis,
      keepAliveMaxTimeout: keptMillis,
      headersTimeout: 0,
      bodyTimeout: 0
    })

  const agents = yield* Effect.acquireRelease(
    Effect.sync(() => new Map<string, Agent>()),
    (opened) => Effect.promise(() => Promise.all(Array.from(opened.values(), (agent) => agent.destroy())))
  )
  return (install: string): Agent => {
    const agent = agents.get(install) ?? make()
    agents.delete(install)
    agents.set(install, agent)
    const [oldest] = agents
    if (agents.size > mostInstalls && oldest !== undefined) {
      agents.delete(oldest[0])
      void oldest[1].close()
    }
    return agent
  }
})
