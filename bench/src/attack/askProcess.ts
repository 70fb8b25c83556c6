import { Agent, request } from "node:http"
import type { Asked, AskResult } from "./Ask.ts"

const { loops, milliseconds }: { readonly loops: ReadonlyArray<Asked>; readonly milliseconds: number } = JSON.parse(
  await new Response(process.stdin as unknown as ReadableStream).text()
)

const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY })

const ask = ({ body, headers, method, url }: Asked): Promise<number> =>
  new Promise((resolve) => {
    const sent = request(url, { method, agent, headers }, (response) => {
      response.resume()
      response.on("end", () => resolve(response.statusCode ?? 0))
      response.on("error", () => resolve(0))
    })
    sent.on("error", () => resolve(0))
    sent.end(body)
  })

const until = performance.now() + milliseconds

const loop = async (asked: Asked): Promise<AskResult> => {
  const took: Array<number> = []
  const statuses: Record<number, number> = {}
  do {
    const begun = performance.now()
    const status = await ask(asked)
    took.push(performance.now() - begun)
    statuses[status] = (statuses[status] ?? 0) + 1
    await new Promise((resolve) => setTimeout(resolve, asked.pauseMs))
  } while (performance.now() < until)
  return { took, statuses }
}

process.stdout.write(JSON.stringify(await Promise.all(loops.map(loop))))
agent.destroy()
