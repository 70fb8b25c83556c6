import { createServer, type IncomingMessage, type RequestListener } from "node:http"
import { createServer as createSecureServer } from "node:https"
import { type AddressInfo, createServer as createRawServer, type Server, type Socket } from "node:net"
import type { HttpFetchRequest } from "@alga-psa/ext-domain"
import { Effect, type Scope } from "effect"
import { generate } from "selfsigned"

/** A server on a loopback address, with all that its callers did. */
export interface Outside {
  readonly port: number
  readonly sockets: ReadonlyArray<Socket>
}

/** Serves until the scope ends; then every connection is cut. */
export const listening = (server: Server, address = "127.0.0.1"): Effect.Effect<Outside, never, Scope.Scope> => {
  const sockets: Array<Socket> = []
  return Effect.acquireRelease(
    Effect.promise(
      () =>
        new Promise<Outside>((resolve, reject) => {
          server.on("connection", (socket: Socket) => {
            socket.on("error", () => {})
            sockets.push(socket)
          })
          server.once("error", reject)
          server.listen(0, address, () => resolve({ port: (server.address() as AddressInfo).port, sockets }))
        })
    ),
    () =>
      Effect.promise(() => {
        for (const socket of sockets) socket.destroy()
        return new Promise<void>((resolve) => server.close(() => resolve()))
      })
  )
}

/** A connection that is not used ends where its caller ends it, however long a busy machine takes. */
const keepAliveTimeout = 3_600_000

/** Serves HTTP. */
export const serving = (answer: RequestListener) => listening(createServer({ keepAliveTimeout }, answer))

/** Gives each connection to the function, which says what it likes. */
export const saying = (speak: (socket: Socket) => void, address?: string) => listening(createRawServer(speak), address)

/** Says this to whoever connects, once they said something. */
export const answering = (text: string, then: (socket: Socket) => void = () => {}) =>
  saying((socket) =>
    socket.once("data", () => {
      socket.write(text)
      then(socket)
    })
  )

/** A certificate for these names, of an authority of its own. */
export const certificateFor = (...names: ReadonlyArray<string>) =>
  Effect.promise(() =>
    generate([{ name: "commonName", value: names[0] ?? "" }], {
      extensions: [
        {
          name: "subjectAltName",
          altNames: names.map((name) =>
            /^[\d.]+$/.test(name) ? { type: 7 as const, ip: name } : { type: 2 as const, value: name }
          )
        }
      ]
    })
  )

/** Serves HTTP over TLS, with a certificate for these names. */
export const servingSecurely = Effect.fnUntraced(function* (answer: RequestListener, ...names: ReadonlyArray<string>) {
  const { cert, private: key } = yield* certificateFor(...names)
  return { ...(yield* listening(createSecureServer({ key, cert, keepAliveTimeout }, answer))), ca: cert }
})

const ofConnection = new Set(["host", "connection", "content-length"])

/** A request as it arrived, without what a connection adds. */
export const received = async (base: string, message: IncomingMessage): Promise<HttpFetchRequest> => {
  const chunks: Array<Buffer> = await message.toArray()
  const headers = message.rawHeaders.flatMap((name, at) =>
    at % 2 === 0 && !ofConnection.has(name.toLowerCase()) ? [{ name, value: message.rawHeaders[at + 1] ?? "" }] : []
  )
  const body = new Uint8Array(Buffer.concat(chunks))
  return {
    method: message.method ?? "",
    url: `${base}${message.url}`,
    headers,
    body: body.byteLength === 0 ? null : body
  }
}
