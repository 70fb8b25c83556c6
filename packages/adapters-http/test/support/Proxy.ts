import { createServer } from "node:http"
import { connect } from "node:net"
import { Effect } from "effect"
import { listening } from "./Outside.ts"

/** A proxy for tunnels that notes what it was asked for, or refuses with this status. */
export const proxying = (status = 200) => {
  const asked: Array<{ readonly url: string | undefined; readonly authorization: string | undefined }> = []
  const server = createServer()
  server.on("connect", ({ headers, url = "" }, socket) => {
    asked.push({ url, authorization: headers["proxy-authorization"] })
    if (status !== 200) return socket.end(`HTTP/1.1 ${status} No\r\n\r\n`)
    const { hostname, port } = new URL(`http://${url}`)
    const behind = connect(Number(port), hostname, () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n")
      behind.pipe(socket)
      socket.pipe(behind)
    })
    behind.on("error", () => socket.destroy())
    socket.on("error", () => behind.destroy())
    return behind
  })
  return Effect.map(listening(server), (outside) => ({ ...outside, asked }))
}
