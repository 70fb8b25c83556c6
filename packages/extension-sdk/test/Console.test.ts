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

  const linked = () => {
    const lists: Array<Array<unknown>> = Array.from({ length: 30 }, () => [])
    for (const list of lists) list.push(...lists)
    return lists
  }
  const nested = () => {
    let error: Error = new Error("inner")
    for (let at = 0; at < 30; at++) error = new AggregateError([error, error])
    return error
  }
  const causes = () => {
    let error = new Error("inner")
    for (let at = 0; at < 2_000; at++) error = new Error("outer", { cause: error })
    return error
  }
  it.each([
    ["a linked graph", linked],
    ["nested errors", nested],
    ["a long chain of causes", causes],
    ["one long text at many places", () => Array(50).fill(Array(50).fill("x".repeat(10_000)))],
    ["one graph several times", () => [linked(), linked(), linked()]]
  ])("writes less than 1,000,000 letters of %s", (_, make) => {
    hostConsole.log("%o", make(), make())
    const [, text = ""] = logged[0] ?? []
    expect(text.length).toBeLessThan(1_000_000)
    expect(text).toContain("…")
  })

  it("reads no item behind the hundredth", () => {
    const read: Array<number> = []
    const item = (at: number) => ({ toJSON: () => read.push(at) })
    hostConsole.log(Array.from({ length: 250 }, (_, at) => item(at)))
    expect(read).toHaveLength(100)
    expect(logged[0]?.[1]).toMatch(/^\[1,2,.*,100,… 150 more\]$/)
  })

  it("writes as much of linked data as a line has room for, as JSON too", () => {
    let graph: unknown = "x"
    for (let at = 0; at < 40; at++) graph = [graph, graph]
    let chain: unknown = null
    for (let at = 0; at < 100_000; at++) chain = { next: chain }
    for (const value of [graph, chain, "x".repeat(5_000_000)]) hostConsole.log("%j", value)
    hostConsole.log("%j and %j", { a: [1, { b: "c" }] }, [null, undefined, true])
    const [ofGraph = "", ofChain = "", ofText = "", plain] = logged.map(([, text]) => text)
    expect(ofGraph.length).toBeLessThan(100_000)
    expect(ofChain).toBe('{"next":{"next":{"next":{"next":{"next":{…}}}}}}')
    expect(ofText.length).toBeLessThanOrEqual(2 ** 20)
    expect(plain).toBe('{"a":[1,{"b":"c"}]} and [null,null,true]')
  })

  const circular: { self?: unknown } = {}
  circular.self = circular
  const throwing = {
    get a(): never {
      throw new RangeError("of the getter")
    }
  }
  it.each([
    ["%j of a circle", () => hostConsole.log("%j", circular), '{"self":[Circular]}'],
    ["%j of a large number", () => hostConsole.log("%j", { a: 5n }), '{"a":5n}'],
    ["%d of a symbol", () => hostConsole.log("%d", Symbol("s")), "Symbol(s)"],
    ["%f of what is no text", () => hostConsole.log("%f", Object.create(null)), "[null prototype] {}"],
    [
      "a table with a getter that throws",
      () => hostConsole.table([throwing]),
      "[[RangeError: of the getter while it was read]]"
    ],
    [
      "a table of a getter that throws",
      () => hostConsole.table(throwing),
      "[RangeError: of the getter while it was read]"
    ]
  ])("writes %s, and throws nothing into the handler", (_, write, text) => {
    write()
    expect(logged).toEqual([["info", text]])
  })

  it("cuts a line to 2^20 letters, also within groups", () => {
    hostConsole.log("x".repeat(5_000_000))
    for (let at = 0; at < 1_000; at++) hostConsole.group()
    hostConsole.log("x\n".repeat(100_000))
    hostConsole.log("deep")
    expect(logged.map(([, text]) => text.length)).toEqual([2 ** 20, 2 ** 20, 44])
  })

  it("cuts a table's cells to 100 letters, has 100 columns at most, and tells how many rows it leaves out", () => {
    const long = "x".repeat(200)
    hostConsole.table([{ a: long }, long])
    hostConsole.table([Object.fromEntries(Array.from({ length: 150 }, (_, at) => [`c${at}`, at]))])
    hostConsole.table(Array.from({ length: 1_002 }, (_, at) => [at]))
    const [cells, columns, rows] = logged.map(([, text]) => text.split("\n"))
    expect(cells?.map((line) => line.match(/x{3,}…?/)?.[0])).toEqual([
      undefined,
      ...Array(2).fill(`${"x".repeat(100)}…`)
    ])
    expect(columns?.[0]?.match(/c\d+/g)).toHaveLength(100)
    expect(rows).toHaveLength(1_002)
    expect(rows?.at(-1)).toBe("… 2 more")
  })

  it("replaces lone surrogates, which no host takes", () => {
    hostConsole.log("a\ud800")
    expect(logged).toEqual([["info", "a\ufffd"]])
  })
})
