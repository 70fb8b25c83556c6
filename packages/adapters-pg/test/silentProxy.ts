import { type AddressInfo, connect, createServer, type Socket } from "node:net"
import { Effect, type Scope } from "effect"

/** Something between a client and a server that can stop passing anything on without closing a connection, new ones included. */
export interface SilentProxy {
  /** The server's URL, by way of the proxy. */
  readonly url: string
  readonly silence: Effect.Effect<void>
  readonly speak: Effect.Effect<void>
}

/**
 * A proxy on a free loopback port, until the scope closes. It passes everything on until it is silenced. In place of an answer
 * for which `isLost` it ends the connection.
 */
export const silentProxy = (
  target: string,
  isLost: (answer: Buffer) => boolean = () => false
): Effect.Effect<SilentProxy, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { hostname, port } = new URL(target)
    const sockets = new Set<Socket>()
    let silent = false
    const server = createServer((inner) => {
      const outer = connect(Number(port), hostname)
      for (const socket of [inner, outer]) {
        sockets.add(socket)
        socket.on("error", () => undefined)
        socket.on("close", () => {
          sockets.delete(socket)
          inner.destroy()
          outer.destroy()
        })
      }
      inner.on("data", (chunk) => outer.write(chunk))
      outer.on("data", (chunk: Buffer) => (isLost(chunk) ? outer.destroy() : inner.write(chunk)))
      if (silent) for (const socket of [inner, outer]) socket.pause()
    })
    yield* Effect.acquireRelease(
      Effect.callback<void>((resume) => {
        server.listen(0, "127.0.0.1", () => resume(Effect.void))
      }),
      () =>
        Effect.callback<void>((resume) => {
          for (const socket of sockets) socket.destroy()
          server.close(() => resume(Effect.void))
        })
    )
    const url = new URL(target)
    url.hostname = "127.0.0.1"
    url.port = String((server.address() as AddressInfo).port)
    return {
      url: url.toString(),
      silence: Effect.sync(() => {
        silent = true
        for (const socket of sockets) socket.pause()
      }),
      speak: Effect.sync(() => {
        silent = false
        for (const socket of sockets) socket.resume()
      })
    }
  })
