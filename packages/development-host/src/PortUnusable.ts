import { createServer } from "node:net"
import { errorText } from "@alga-psa/ext-adapters-wit/ErrorText"
import { Effect, Schema } from "effect"
import type { ServeError } from "effect/http/HttpServerError"

/** The last port of an address. */
export const lastPort = 65_535

const advice: Readonly<Record<string, string>> = {
  EADDRINUSE: "is in use: end what listens there, or give another --port (0 takes any free one)",
  EACCES: "needs more rights: give a --port above 1023"
}

/** A server cannot listen where it was told to. */
export class PortUnusable extends Schema.TaggedError<PortUnusable>()("PortUnusable", {
  host: Schema.String,
  port: Schema.Int,
  /** How far it lies above the port that was given. */
  above: Schema.Int,
  cause: Schema.Defect()
}) {
  override get message(): string {
    const { above, cause, host, port } = this
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : ""
    const asked = above === 0 ? "" : `, ${above} above the port that was asked for,`
    return `${host}:${port}${asked} ${advice[code] ?? `cannot be listened on: ${errorText(cause)}`}`
  }
}

/** Fails where a port cannot be had at this moment, before anything is made that would listen there. */
export const requirePort = (host: string, port: number, above = 0): Effect.Effect<void, PortUnusable> =>
  Effect.callback<void, PortUnusable>((resume) => {
    const server = createServer()
    server.once("error", (cause) => resume(Effect.fail(new PortUnusable({ host, port, above, cause }))))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resume(Effect.void)))
  })

/** Names the port that a server could not have. */
export const portUnusable =
  (host: string, port: number, above = 0) =>
  ({ cause }: ServeError) =>
    new PortUnusable({ host, port, above, cause })
