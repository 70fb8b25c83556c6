import { afterEach, describe, expect, it } from "vitest"
import { connectLog } from "../src/internal/Console.ts"
import { JobQueue } from "../src/internal/JobQueue.ts"
import { jobs } from "../src/internal/jobs.ts"
import { QueuedPromise } from "../src/internal/QueuedPromise.ts"

const logged: Array<string> = []
connectLog((level, message) => logged.push(`${level} ${message}`))
afterEach(() => {
  jobs.drain()
  logged.length = 0
})

const settle = (promise: Promise<unknown>): unknown => {
  let outcome: unknown = "pending"
  promise.then(
    (value) => {
      outcome = { value }
    },
    (reason) => {
      outcome = { reason }
    }
  )
  jobs.drain()
  return outcome
}

describe("QueuedPromise", () => {
  it("runs nothing before the queue is drained", () => {
    let ran = false
    QueuedPromise.resolve().then(() => {
      ran = true
    })
    expect(ran).toBe(false)
    jobs.drain()
    expect(ran).toBe(true)
  })

  it.each([
    ["all", QueuedPromise.all(new Set([1, QueuedPromise.resolve(2)])), { value: [1, 2] }],
    ["race", QueuedPromise.race(new Set([new QueuedPromise(() => {}), 2])), { value: 2 }],
    ["any", QueuedPromise.any([QueuedPromise.reject(1), 2]), { value: 2 }],
    ["allSettled", QueuedPromise.allSettled(new Map([[1, 2]]).keys()), { value: [{ status: "fulfilled", value: 1 }] }]
  ])("combines any iterable with %s", (_, promise, outcome) => {
    expect(settle(promise)).toEqual(outcome)
  })

  it("rejects where the values are not iterable", () => {
    expect(settle(QueuedPromise.all(5 as never))).toMatchObject({ reason: expect.any(TypeError) })
  })

  it("has withResolvers and try", () => {
    const { promise, resolve } = QueuedPromise.withResolvers<number>()
    resolve(3)
    expect(settle(promise)).toEqual({ value: 3 })
    const failing = QueuedPromise.try(() => {
      throw new Error("no")
    })
    expect(settle(failing)).toMatchObject({ reason: { message: "no" } })
  })

  it("logs a rejection that nobody handles, and not one that somebody does", () => {
    QueuedPromise.reject(new Error("lost"))
    QueuedPromise.reject(new Error("caught")).catch(() => {})
    jobs.drain()
    expect(logged).toHaveLength(1)
    expect(logged[0]).toMatch(/^warn a rejected promise was never handled: Error: lost/)
  })
})

describe("JobQueue", () => {
  it("runs jobs in order, those that jobs add last, and timers by their delay when no job is left", () => {
    const order: Array<string> = []
    const queue = new JobQueue(() => {})
    queue.setTimer(() => order.push("timer 20"), 20)
    queue.setTimer(() => {
      order.push("timer 10")
      queue.enqueue(() => order.push("job of timer 10"))
      queue.setTimer(() => order.push("timer 15"), 5)
    }, 10)
    queue.setTimer(() => order.push("timer 10, second"), 10)
    queue.enqueue(() => {
      order.push("job 1")
      queue.enqueue(() => order.push("job 3"))
    })
    queue.enqueue(() => order.push("job 2"))
    queue.drain()
    expect(order).toEqual([
      "job 1",
      "job 2",
      "job 3",
      "timer 10",
      "job of timer 10",
      "timer 10, second",
      "timer 15",
      "timer 20"
    ])
  })

  it("does not run a timer that was cleared", () => {
    let ran = false
    const queue = new JobQueue(() => {})
    queue.clearTimer(
      queue.setTimer(() => {
        ran = true
      }, 0)
    )
    queue.drain()
    expect(ran).toBe(false)
  })

  it("hears of a job that throws, and runs those behind it", () => {
    const heard: Array<unknown> = []
    let ran = false
    const queue = new JobQueue((error) => heard.push(error))
    queue.enqueue(() => {
      throw "broken"
    })
    queue.enqueue(() => {
      ran = true
    })
    queue.drain()
    expect(heard).toEqual(["broken"])
    expect(ran).toBe(true)
  })
})
