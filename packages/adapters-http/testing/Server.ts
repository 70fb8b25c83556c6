import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { Effect } from "effect"

/** A request as it came, with its whole body. */
export interface Received {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage["headers"]
  readonly body: Buffer
}

/** What a server answers. */
export interface Answered {
  readonly status: number
  /** Bytes as they are, null for no body, else JSON. */
  readonly body: unknown
}

/** Answers in place of the server; what it does not end stays open. */
export type Fault = (response: ServerResponse, carryOut: () => Promise<Answered>) => void

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const parts: Array<Buffer> = []
  for await (const part of request) parts.push(part)
  return Buffer.concat(parts)
}

const send = (response: ServerResponse, { body, status }: Answered): void => {
  const bytes = body === null ? "" : body instanceof Uint8Array ? body : JSON.stringify(body)
  response.writeHead(status, { "content-type": "application/json" })
  response.end(bytes)
}

/** A server on the loopback address that stands for another, with what came to it and faults that a test puts into it. */
export const standIn = (answer: (request: Received) => Promise<Answered>) =>
  Effect.gen(function* () {
    const state = {
      url: new URL("http://127.0.0.1"),
      /** In order. */
      received: [] as Array<Received>,
      /** How many connections were made. */
      connections: 0,
      fault: null as Fault | null
    }
    // A connection that is not used ends where its caller ends it, however long a busy machine takes.
    const server = createServer({ keepAliveTimeout: 3_600_000 }, async (request, response) => {
      const received = {
        method: request.method ?? "",
        url: request.url ?? "",
        headers: request.headers,
        body: await bodyOf(request)
      }
      state.received.push(received)
      const carryOut = () => answer(received)
      if (state.fault !== null) state.fault(response, carryOut)
      else send(response, await carryOut())
    })
    server.on("connection", () => {
      state.connections += 1
    })
    yield* Effect.acquireRelease(
      Effect.promise(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))),
      () =>
        Effect.sync(() => {
          server.close()
          server.closeAllConnections()
        })
    )
    state.url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    return state
  })
