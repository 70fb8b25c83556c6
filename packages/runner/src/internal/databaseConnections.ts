import { subscribe, unsubscribe } from "node:diagnostics_channel"
import type { Socket } from "node:net"
import type { DatabaseAddress } from "@alga-psa/ext-adapters-pg/DatabaseAddress"
import { Effect, Layer, Metric } from "effect"

const open = Metric.gauge("alga_extension_database_connections", {
  description: "Open connections to the databases, the store of idempotency keys included"
})

const channel = "net.client.socket"

/**
 * Counts the connections of this process to these servers, told by their ports. Node announces each socket
 * that is made; the driver keeps its pool to itself.
 */
export const layerDatabaseConnections = (databases: ReadonlyArray<DatabaseAddress>): Layer.Layer<never> =>
  Layer.effectDiscard(
    Effect.acquireRelease(
      Effect.gen(function* () {
        const context = yield* Effect.context()
        const run = Effect.runForkWith(context)
        const ports = new Set(databases.flatMap(({ hosts }) => hosts.map(({ port }) => port)))
        const change = (by: 1 | -1) => run(Metric.modify(open, by))
        const announced = (message: unknown) => {
          const { socket } = message as { readonly socket: Socket }
          socket.once("connect", () => {
            if (!ports.has(socket.remotePort ?? 0)) return
            change(1)
            socket.once("close", () => change(-1))
          })
        }
        yield* Metric.modify(open, 0)
        subscribe(channel, announced)
        return announced
      }),
      (announced) => Effect.sync(() => unsubscribe(channel, announced))
    )
  )
