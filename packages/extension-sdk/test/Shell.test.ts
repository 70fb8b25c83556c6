import { afterEach, describe, expect, it } from "vitest"
import type { Handler } from "../src/Handler.ts"
import { connectLog } from "../src/internal/Console.ts"
import { jobs } from "../src/internal/jobs.ts"
import { QueuedPromise } from "../src/internal/QueuedPromise.ts"
import { shell } from "../src/internal/Shell.ts"
import { createMockHostBindings } from "../src/MockHostBindings.ts"

const logged: Array<string> = []
connectLog((level, message) => logged.push(`${level} ${message}`))
afterEach(() => {
  logged.length = 0
})

const request = {
  context: { tenantId: "t", extensionId: "e", requestId: undefined, installId: undefined, versionId: undefined },
  http: { method: "GET", url: "/", headers: [], body: undefined }
}
const run = (handler: Handler) => {
  const { status, headers, body } = shell(handler, createMockHostBindings())(request)
  return { status, headers, body: new TextDecoder().decode(body) }
}
const internal = { status: 500, body: '{"error":"internal"}' }

describe("the shell", () => {
  it("answers what a handler gives, at once or later", () => {
    expect(run(() => ({ status: 204 }))).toEqual({ status: 204, headers: [], body: "" })
    expect(run(() => QueuedPromise.resolve({ status: 201, body: new Uint8Array([65]) }))).toMatchObject({
      status: 201,
      body: "A"
    })
  })

  it("gives a handler null for every absent option", () => {
    let seen: unknown
    run((given) => {
      seen = given
      return { status: 200 }
    })
    expect(seen).toMatchObject({ context: { requestId: null, installId: null, versionId: null }, http: { body: null } })
  })

  it("lets the lack of memory out, as the engines say it, so that the host can say so", () => {
    const internalError = (message: string) => Object.assign(new Error(message), { name: "InternalError" })
    for (const error of [
      internalError("out of memory"),
      internalError("Invalid error message"),
      "out of memory",
      null
    ]) {
      let left: unknown = "nothing"
      try {
        run(() => QueuedPromise.reject(error))
      } catch (thrown) {
        left = thrown
      }
      expect(left).toBe(error)
    }
    expect(logged).toHaveLength(4)
    expect(run(() => QueuedPromise.reject(internalError("too much recursion")))).toMatchObject(internal)
  })

  it("runs what a handler starts and does not wait for", () => {
    let ran = false
    run(() => {
      QueuedPromise.resolve().then(() => {
        ran = true
      })
      return { status: 200 }
    })
    expect(ran).toBe(true)
  })

  it("runs the timers that a handler starts and does not wait for, and what they lead to, before it answers", () => {
    const ran: Array<string> = []
    run(() => {
      jobs.setTimer(() => {
        ran.push("timer")
        QueuedPromise.resolve().then(() => jobs.setTimer(() => ran.push("timer of a timer"), 1))
      }, 1_000)
      jobs.clearTimer(jobs.setTimer(() => ran.push("cleared"), 1))
      return { status: 200 }
    })
    expect(ran).toEqual(["timer", "timer of a timer"])
  })

  it.each<[string, Handler, RegExp]>([
    [
      "throws",
      () => {
        throw new Error("broken")
      },
      /broken/
    ],
    ["rejects", () => QueuedPromise.reject(new Error("broken")), /broken/],
    ["throws no error but a text", () => QueuedPromise.reject("broken"), /broken/],
    ["never settles", () => new QueuedPromise(() => {}), /never settles/],
    ["gives nothing", () => undefined as never, /response must be an object/],
    ["gives a status that is none", () => ({ status: 199 }), /status must be a whole number from 200 to 599/],
    ["gives a text as its body", () => ({ status: 200, body: "text" as never }), /body must be a Uint8Array/],
    ["gives a header without value", () => ({ status: 200, headers: [{ name: "a" } as never] }), /headers\[0\]\.value/]
  ])("answers 500 and logs when a handler %s", (_, handler, message) => {
    expect(run(handler)).toMatchObject(internal)
    expect(logged).toHaveLength(1)
    expect(logged[0]).toMatch(/^error the handler failed:/)
    expect(logged[0]).toMatch(message)
  })

  it("says nothing of the failure to the caller", () => {
    const response = run(() => {
      throw new Error("secret detail")
    })
    expect(JSON.stringify(response)).not.toContain("secret detail")
  })
})
