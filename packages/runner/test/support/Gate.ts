import { createServer, connect as dial, type Socket } from "node:net"
import { Effect, type Scope } from "effect"

/** A door before a port of another loopback address, which can be shut. */
export interface Gate {
  /** Refuses who comes, and ends who is there. */
  readonly shut: () => Promise<void>
  readonly open: () => Promise<void>
}

/** Passes connections to 127.0.0.1 on to the same port of 127.0.0.2, until the scope closes. */
export const gate = (port: number): Effect.Effect<Gate, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const passing = new Set<Socket>()
      const server = createServer((from) => {
        const to = dial({ host: "127.0.0.2", port })
        for (const socket of [from, to]) {
          passing.add(socket)
          socket.on("error", () => socket.destroy())
          socket.on("close", () => {
            passing.delete(socket)
            from.destroy()
            to.destroy()
          })
        }
        from.pipe(to).pipe(from)
      })
      const open = () => new Promise<void>((done) => server.listen(port, "127.0.0.1", () => done()))
      const shut = () =>
        new Promise<void>((done) => {
          if (!server.listening) return done()
          server.close(() => done())
          for (const socket of passing) socket.destroy()
        })
      await open()
      return { open, shut }
    }),
    ({ shut }) => Effect.promise(shut)
  )
