import { createServer, connect as dial, type Socket } from "node:net"
import { Effect, type Scope } from "effect"

/** A door before a port of another address, which can be shut. */
export interface Gate {
  /** Refuses who comes, and hangs up on who is there; done when each of them has hung up too. */
  readonly shut: () => Promise<void>
  readonly open: () => Promise<void>
}

/** Passes connections to a port of the first of these addresses on to the same port of the second, until the scope closes. */
export const gate = (port: number, before: string, behind: string): Effect.Effect<Gate, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const passing = new Map<Socket, Promise<void>>()
      const server = createServer((from) => {
        const to = dial({ host: behind, port })
        for (const [socket, other] of [
          [from, to],
          [to, from]
        ] as const) {
          const gone = new Promise<void>((done) => socket.once("close", () => done()))
          passing.set(socket, gone)
          socket.on("error", () => socket.destroy())
          socket.on("close", () => {
            passing.delete(socket)
            other.resume().end()
          })
        }
        from.pipe(to).pipe(from)
      })
      const open = () => new Promise<void>((done) => server.listen(port, before, () => done()))
      const shut = async () => {
        if (!server.listening) return
        const closed = new Promise<void>((done) => server.close(() => done()))
        for (const socket of passing.keys()) socket.unpipe().resume().end()
        await Promise.all([closed, ...passing.values()])
      }
      await open()
      return { open, shut }
    }),
    ({ shut }) => Effect.promise(shut)
  )
