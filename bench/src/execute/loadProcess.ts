import { Agent, request } from "node:http"
import type { LoadOptions, LoadResult } from "./Load.ts"

const { body, callers, headers, milliseconds, ratePerSecond, requests, url, warmUp }: LoadOptions = JSON.parse(
  process.argv[2] ?? "{}"
)

const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY, scheduling: "lifo" })

interface Answer {
  readonly status: number
  readonly took: number
}

const ask = (): Promise<Answer> => {
  const begun = performance.now()
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: "POST", agent, headers }, (response) => {
      const chunks: Array<Buffer> = []
      response.on("data", (chunk: Buffer) => chunks.push(chunk))
      response.on("end", () => {
        const took = performance.now() - begun
        const inner = response.statusCode === 200 ? JSON.parse(Buffer.concat(chunks).toString()).status : null
        resolve({ status: inner === null || inner === 200 ? (response.statusCode ?? 0) : inner, took })
      })
      response.on("error", reject)
    })
    sent.on("error", reject)
    sent.end(body)
  })
}

const closedLoop = async (ms: number, most: number): Promise<Array<Answer>> => {
  const answers: Array<Answer> = []
  const until = performance.now() + ms
  let begun = 0
  const caller = async () => {
    while (performance.now() < until && begun < most) {
      begun += 1
      answers.push(await ask())
    }
  }
  await Promise.all(Array.from({ length: callers }, caller))
  return answers
}

const openLoop = async (ms: number, perSecond: number): Promise<Array<Answer>> => {
  const begin = performance.now()
  const pending: Array<Promise<Answer>> = []
  for (let passed = 0; passed < ms; passed = performance.now() - begin) {
    while (pending.length < (passed / 1_000) * perSecond) pending.push(ask())
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  return Promise.all(pending)
}

const quantiles = (answers: ReadonlyArray<Answer>) => {
  const sorted = answers.map(({ took }) => took).sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0
  return { median: at(0.5), p99: at(0.99) }
}

if (warmUp > 0) await closedLoop(warmUp, Number.POSITIVE_INFINITY)
const begin = performance.now()
const answers =
  ratePerSecond === null
    ? await closedLoop(milliseconds, requests ?? Number.POSITIVE_INFINITY)
    : await openLoop(milliseconds, ratePerSecond)
const seconds = (performance.now() - begin) / 1_000
const served = answers.filter(({ status }) => status === 200)
const refused = answers.filter(({ status }) => status === 503 || status === 429)
const result: LoadResult = {
  seconds,
  served: served.length,
  refused: refused.length,
  failed: answers.length - served.length - refused.length,
  took: quantiles(served),
  refusedAfter: quantiles(refused)
}
process.stdout.write(JSON.stringify(result))
agent.destroy()
