import { Worker } from "node:worker_threads"
import { find, page, work } from "../MockData.ts"
import type { PeerRequest } from "./Peer.ts"

const program = `
const { parentPort, receiveMessageOnPort, workerData } = require("node:worker_threads")
const asked = new Int32Array(workerData)
const call = (question) => {
  Atomics.store(asked, 0, 0)
  parentPort.postMessage(question)
  Atomics.wait(asked, 0, 0)
  return receiveMessageOnPort(parentPort).message
}
${work}
parentPort.postMessage({ answer: work(() => call({}), (id) => call({ id })) })
`

interface Told {
  readonly answer?: string
  readonly id?: string
}

/** A thread for each request, which waits for its answers by Atomics. */
export const make = async (): Promise<PeerRequest> => () =>
  new Promise((resolve, reject) => {
    const shared = new SharedArrayBuffer(4)
    const asked = new Int32Array(shared)
    const worker = new Worker(program, {
      eval: true,
      workerData: shared,
      resourceLimits: { maxOldGenerationSizeMb: 64 }
    })
    worker.on("error", reject)
    worker.on("message", ({ answer, id }: Told) => {
      if (answer !== undefined) return void worker.terminate().then(() => resolve(answer), reject)
      worker.postMessage(JSON.stringify(id === undefined ? page : find(id)))
      Atomics.store(asked, 0, 1)
      Atomics.notify(asked, 0)
    })
  })
