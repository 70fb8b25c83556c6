import type { AddressInfo } from "node:net"
import { parentPort } from "node:worker_threads"
import { fastify } from "fastify"
import { z } from "zod"
import { find, page } from "../MockData.ts"

const Input = z.object({
  page: z.coerce.number().int().min(1).max(10_000),
  pageSize: z.coerce.number().int().min(1).max(100)
})
const Id = z.object({ clientId: z.uuid() })

const server = fastify()
server.get("/clients", (request) => {
  Input.parse(request.query)
  return page
})
server.get("/clients/:clientId", (request) => find(Id.parse(request.params).clientId))
await server.listen({ host: "127.0.0.1", port: 0 })
parentPort?.postMessage((server.server.address() as AddressInfo).port)
