import { createServer } from "node:net"
import { Effect } from "effect"

/** Every address of this system, IPv4 too. */
const every = "::"
const everyIpv4 = "0.0.0.0"

/** What a system says that has no IPv6. */
const without: ReadonlySet<string> = new Set(["EAFNOSUPPORT", "EADDRNOTAVAIL", "EINVAL"])

type Listen = Effect.Effect<void, NodeJS.ErrnoException>

const listenOnEvery: Listen = Effect.callback((resume) => {
  const server = createServer()
  server.once("error", (error) => resume(Effect.fail(error)))
  server.listen({ host: every, port: 0 }, () => server.close(() => resume(Effect.void)))
})

/** The address to listen on: `0.0.0.0` for `::` where the system has no IPv6, which the log then says. */
export const addressToListenOn = (host: string, listen: Listen = listenOnEvery): Effect.Effect<string> => {
  if (host !== every) return Effect.succeed(host)
  return Effect.matchEffect(listen, {
    onSuccess: () => Effect.succeed(host),
    onFailure: ({ code }) =>
      without.has(code ?? "")
        ? Effect.as(Effect.logInfo(`this system has no IPv6: ${everyIpv4} is used instead of ${every}`), everyIpv4)
        : Effect.succeed(host)
  })
}
