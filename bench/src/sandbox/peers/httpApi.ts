import { Agent, get } from "node:http"
import { text } from "node:stream/consumers"
import { Worker } from "node:worker_threads"
import type { page } from "../MockData.ts"
import type { PeerRequest } from "./Peer.ts"

type Page = typeof page

/** Four calls to an API on this machine, over one connection that is kept; the API has a thread of its own. */
export const make = async (): Promise<PeerRequest> => {
  const server = new Worker(new URL("./httpServer.ts", import.meta.url))
  const port = await new Promise<number>((resolve, reject) => server.once("message", resolve).once("error", reject))
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const read = <A>(path: string) =>
    new Promise<A>((resolve, reject) => {
      get({ port, host: "127.0.0.1", path, agent }, (response) => {
        text(response).then((body) => resolve(JSON.parse(body) as A), reject)
      }).on("error", reject)
    })
  const one = (list: Page, at: number) => read<Page["items"][number]>(`/clients/${list.items[at]?.clientId}`)
  return async () => {
    const first = await read<Page>("/clients?page=1&pageSize=25")
    const client = await one(first, 0)
    const second = await read<Page>("/clients?page=1&pageSize=25")
    const other = await one(second, 24)
    return JSON.stringify({
      total: first.totalCount + second.totalCount,
      names: first.items.map(({ clientName }) => clientName),
      one: client.clientName,
      other: other.clientName
    })
  }
}
