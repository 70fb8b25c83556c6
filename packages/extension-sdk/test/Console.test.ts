import { beforeEach, describe, expect, it } from "vitest"
import { HostError } from "../src/HostError.ts"
import { connectLog, hostConsole } from "../src/internal/Console.ts"

const logged: Array<readonly [string, string]> = []
beforeEach(() => {
  logged.length = 0
  connectLog((level, message) => logged.push([level, message]))
})

describe("the console of a component", () => {
  it.each([
    ["log", "info"],
    ["debug", "info"],
    ["warn", "warn"],
    ["error", "error"]
  ] as const)("sends console.%s to the host's log as %s", (method, level) => {
    hostConsole[method]("a", 1, { b: [null] }, undefined)
    expect(logged).toEqual([[level, 'a 1 {"b":[null]} undefined']])
  })

  it("writes an error once, with its stack and its cause", () => {
    hostConsole.error(new HostError("clients.list", "internal", { cause: new TypeError("why") }))
    const message = logged[0]?.[1] ?? ""
    expect(message.match(/HostError: clients\.list: internal/g)).toHaveLength(1)
    expect(message).toContain("caused by: TypeError: why")
  })

  it("writes what JSON cannot hold", () => {
    const cycle: { self?: unknown } = {}
    cycle.self = cycle
    hostConsole.log(cycle, 5n, Symbol("s"))
    expect(logged).toEqual([["info", '{"self":[Circular]} 5n Symbol(s)']])
  })

  it("replaces lone surrogates, which no host takes", () => {
    hostConsole.log("a\ud800")
    expect(logged).toEqual([["info", "a\ufffd"]])
  })
})
