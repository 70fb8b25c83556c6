import { Agent, request } from "node:http"
import type { FleetLoad, FleetLoadResult } from "./FleetLoad.ts"

const {
  asked: small,
  bodyBytes = 0,
  callers,
  milliseconds,
  urls,
  warmUp
}: FleetLoad = JSON.parse(process.argv[2] ?? "{}")
const asked = small.map(({ body, headers }) => {
  if (bodyBytes === 0) return { body, headers }
  const whole = JSON.parse(body)
  whole.http.body_b64 = Buffer.alloc(bodyBytes).toString("base64")
  return { body: JSON.stringify(whole), headers }
})
const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY, scheduling: "lifo" })

const ask = (url: string, turn: number): Promise<number> => {
  const { body, headers } = asked[turn % asked.length] ?? { body: "", headers: {} }
  const begun = performance.now()
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/v1/execute`, { method: "POST", agent, headers }, (response) => {
      const chunks: Array<Buffer> = []
      response.on("data", (chunk: Buffer) => chunks.push(chunk))
      response.on("error", reject)
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString()
        if (response.statusCode === 200 && JSON.parse(text).status === 200) resolve(performance.now() - begun)
        else reject(new Error(`${response.statusCode} ${text.slice(0, 200)}`))
      })
    })
    sent.on("error", reject)
    sent.end(body)
  })
}

// Few callers do not ask for one install at the same time: each has its own, so that nobody waits for a second process of it.
const stride = callers <= asked.length ? callers : 1

const loop = async (ms: number): Promise<Array<number>> => {
  const took: Array<number> = []
  const until = performance.now() + ms
  const caller = async (_: unknown, number: number) => {
    for (let turn = 0; performance.now() < until; turn++) {
      took.push(await ask(urls[(turn + number) % urls.length] ?? "", number + turn * stride))
    }
  }
  await Promise.all(Array.from({ length: callers }, caller))
  return took
}

if (warmUp > 0) await loop(warmUp)
process.send?.("warm")
const before = process.cpuUsage()
const begin = performance.now()
const took = (await loop(milliseconds)).sort((a, b) => a - b)
const seconds = (performance.now() - begin) / 1_000
const { system, user } = process.cpuUsage(before)
const at = (share: number) => took[Math.min(took.length - 1, Math.ceil(took.length * share) - 1)] ?? 0
const result: FleetLoadResult = {
  seconds,
  requests: took.length,
  median: at(0.5),
  p99: at(0.99),
  mean: took.reduce((sum, one) => sum + one, 0) / took.length,
  processorMs: (system + user) / 1_000
}
process.send?.(result)
agent.destroy()
process.disconnect?.()
