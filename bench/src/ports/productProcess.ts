import { createServer } from "node:http"
import type { AddressInfo } from "node:net"

/** The product's storage and Vault, as far as the bench asks them: answers at once, and counts. */
const counted = { connections: 0, opened: 0 }
const entry = { namespace: "notes", key: "a", revision: 1, metadata: { encoding: "base64-bytes" } }
const stored = JSON.stringify({ ...entry, value: Buffer.alloc(256, 1).toString("base64") })
const plaintext = Buffer.from('{"api_key":"of the install"}').toString("base64")
const opened = JSON.stringify({ data: { plaintext } })

const server = createServer((request, response) => {
  request.resume()
  request.on("end", () => {
    if (request.url === "/counted") return response.end(JSON.stringify(counted))
    if (request.url?.startsWith("/v1/")) counted.opened += 1
    response.setHeader("content-type", "application/json")
    return response.end(request.url?.startsWith("/v1/") ? opened : stored)
  })
})
server.on("connection", () => {
  counted.connections += 1
})
server.listen(0, "127.0.0.1", () => {
  process.send?.((server.address() as AddressInfo).port)
})
process.on("disconnect", () => process.exit())
