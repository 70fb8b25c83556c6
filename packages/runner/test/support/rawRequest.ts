import { connect } from "node:net"
import { Effect } from "effect"

/** What the server at the address sends for these bytes, until it closes the connection. */
export const rawRequest = (url: string, bytes: string): Effect.Effect<string> =>
  Effect.callback<string>((resume) => {
    const { hostname, port } = new URL(url)
    let received = ""
    const socket = connect(Number(port), hostname, () => socket.write(bytes))
    socket.setEncoding("utf8").on("data", (text: string) => {
      received += text
    })
    socket.on("error", () => undefined).on("close", () => resume(Effect.succeed(received)))
  })

/** The status of a request with this target, as it stands. */
export const statusOf = (url: string, target: string, method = "GET"): Effect.Effect<number> =>
  Effect.map(
    rawRequest(url, `${method} ${target} HTTP/1.1\r\nhost: ${new URL(url).host}\r\nconnection: close\r\n\r\n`),
    (answer) => Number(/^HTTP\/1\.1 (\d+) /.exec(answer)?.[1])
  )
