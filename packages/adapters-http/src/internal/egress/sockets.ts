import * as http from "node:http"
import * as https from "node:https"
import { connect, isIP, type Socket } from "node:net"
import * as tls from "node:tls"
import type { HttpFetchError } from "@alga-psa/ext-domain/HttpFetch"
import { Effect, Redacted } from "effect"
import { failure, failureOf } from "./failure.ts"

type Opened<S extends Socket> = Effect.Effect<S, HttpFetchError>

const opened = <S extends Socket>(socket: S, event: "connect" | "secureConnect"): Opened<S> =>
  Effect.callback((resume) => {
    socket.on("error", (error) => resume(Effect.fail(failureOf(error, "transport"))))
    socket.once("close", () => resume(Effect.fail(failure("transport", "closed while connecting"))))
    socket.once(event, () => resume(Effect.succeed(socket)))
    return Effect.sync(() => socket.destroy())
  })

/** Connects to the first of these addresses that takes it. */
export const toAddresses = (addresses: ReadonlyArray<string>, port: number): Opened<Socket> =>
  Effect.suspend(() => {
    const all = addresses.map((address) => ({ address, family: isIP(address) }))
    return opened(
      connect({
        // Any name will do: it is not looked up, as these are its addresses.
        host: "checked",
        port,
        autoSelectFamily: true,
        noDelay: true,
        lookup: (_name, _options, done) => done(null, all)
      }),
      "connect"
    )
  })

const hostOf = (address: string): string => (isIP(address) === 6 ? `[${address}]` : address)

/** Asks a proxy for a tunnel to an address. */
export const throughProxy = (proxy: Redacted.Redacted<URL>, address: string, port: number): Opened<Socket> =>
  Effect.callback((resume) => {
    const { hostname, password, port: proxyPort, protocol, username } = Redacted.value(proxy)
    const user = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString("base64")
    const asking = (protocol === "https:" ? https : http).request({
      host: hostname.replace(/^\[(.*)\]$/, "$1"),
      ...(proxyPort === "" ? {} : { port: Number(proxyPort) }),
      method: "CONNECT",
      path: `${hostOf(address)}:${port}`,
      headers: {
        host: `${hostOf(address)}:${port}`,
        ...(username === "" ? {} : { "proxy-authorization": `Basic ${user}` })
      },
      agent: false
    })
    asking.on("error", (error) => resume(Effect.fail(failureOf(error, "transport"))))
    asking.once("connect", ({ statusCode }, socket, rest) => {
      socket.on("error", () => {})
      if (statusCode === 200 && rest.length === 0) return resume(Effect.succeed(socket as Socket))
      socket.destroy()
      resume(Effect.fail(failure("transport", `the proxy answered ${statusCode}`)))
    })
    asking.end()
    return Effect.sync(() => asking.destroy())
  })

/** Speaks TLS over a connection, to a host whose certificate must be its own. */
export const secured = (socket: Socket, host: string, ca: string | undefined): Opened<Socket> =>
  Effect.suspend(() =>
    opened(
      tls.connect({
        socket,
        host,
        ...(isIP(host) === 0 ? { servername: host } : {}),
        ALPNProtocols: ["http/1.1"],
        rejectUnauthorized: true,
        ...(ca === undefined ? {} : { ca })
      }),
      "secureConnect"
    )
  ).pipe(Effect.onError(() => Effect.sync(() => socket.destroy())))
