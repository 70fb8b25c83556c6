import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import { type BuiltComponent, buildComponent } from "../src/BuildComponent.ts"
import { formatDate } from "../src/FormatDate.ts"
import { formatMoney } from "../src/FormatMoney.ts"
import { globals, missingGlobals } from "../src/Globals.ts"
import { type Instantiate, loadComponent, type WorldImports } from "../src/InstantiateComponent.ts"
import { publishedAnswer } from "./fixtures/published.ts"
import { answersOf, standardParts } from "./fixtures/standardParts.ts"

const worldDir = fileURLToPath(new URL("../../adapters-wit/wit/", import.meta.url))
const entry = new URL("fixtures/everyPart.ts", import.meta.url)
const seeds = [1, 2].map((byte) => Buffer.alloc(32, byte).toString("base64url"))
const time = 1_700_000_000_123
const client = { clientId: "c1", clientName: "é漢😀", isInactive: false }
const fail = (payload: unknown) => () => {
  throw Object.assign(new Error("a failed import"), { payload })
}

let folder = ""
const inNode = answersOf(standardParts)
const answers = new Map<string, Record<string, unknown>>()
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "alga-sdk-"))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe.each(["quickjs", "starlingmonkey"] as const)("a component on %s", (engine) => {
  let built: BuiltComponent
  let instantiate: Instantiate
  const logged: Array<string> = []
  const logging = {
    logInfo: (message: string) => logged.push(`info ${message}`),
    logWarn: (message: string) => logged.push(`warn ${message}`),
    logError: (message: string) => logged.push(`error ${message}`)
  }

  beforeAll(async () => {
    const outFile = join(folder, `${engine}.wasm`)
    built = await buildComponent({ entry, outFile, engine, witDir: worldDir, locales: ["en-US", "de-DE"] })
    instantiate = await loadComponent(built.file)
  })

  const send = (url: string, imports: WorldImports = {}, body?: Uint8Array) => {
    logged.length = 0
    const context = {
      requestId: undefined,
      tenantId: "t",
      extensionId: "e",
      installId: undefined,
      versionId: undefined
    }
    const http = { method: "GET", url, headers: [{ name: "a", value: "b" }], body }
    const response = instantiate({ logging, ...imports }).handler({ context, http })
    return { ...response, body: new TextDecoder().decode(response.body) }
  }
  const call = (imports: WorldImports, path: string, ...args: ReadonlyArray<unknown>) =>
    JSON.parse(send("/call", imports, new TextEncoder().encode(JSON.stringify([path, args]))).body)

  it("imports the world and nothing else", () => {
    expect(built.imports).toContain("alga:extension/clients")
    expect(built.imports.filter((name) => !name.startsWith("alga:extension/"))).toEqual([])
  })

  it("answers from an async handler", () => {
    expect(JSON.parse(send("/async").body)).toEqual([1, 2, [20, 10], 10, "finally", "microtask", "expected"])
  })

  it.each([
    ["throws", "/throw", /thrown by the handler/],
    ["never settles", "/never", /never settles/],
    ["gives a response of the wrong shape", "/shape", /body must be a Uint8Array/]
  ])("answers 500 and logs when the handler %s", (_, url, message) => {
    expect(send(url)).toMatchObject({ status: 500, body: '{"error":"internal"}' })
    expect(logged).toHaveLength(1)
    expect(logged[0]).toMatch(message)
  })

  it("answers again after a handler that failed", () => {
    const instance = instantiate({ logging })
    const request = (url: string) => ({
      context: { tenantId: "t", extensionId: "e", requestId: undefined, installId: undefined, versionId: undefined },
      http: { method: "GET", url, headers: [], body: undefined }
    })
    expect(instance.handler(request("/never")).status).toBe(500)
    expect(instance.handler(request("/throw")).status).toBe(500)
    expect(instance.handler(request("/async")).status).toBe(200)
  })

  it("answers without headers and body", () => {
    expect(send("/bare")).toEqual({ status: 204, headers: [], body: "" })
  })

  it("answers a view of larger bytes", () => {
    expect(send("/view").body).toBe("view")
  })

  it("gives the request with null for what is absent, and its body as bytes", () => {
    expect(JSON.parse(send("/request", {}, new Uint8Array([0, 255])).body)).toEqual({
      context: { requestId: null, tenantId: "t", extensionId: "e", installId: null, versionId: null },
      http: { method: "GET", url: "/request", headers: [{ name: "a", value: "b" }], body: null },
      bytes: [0, 255]
    })
  })

  it("encodes and decodes text", () => {
    expect(JSON.parse(send("/text").body)).toEqual([
      "é漢😀\ufffd",
      "\ufffd(",
      "\ufffd".repeat(2),
      "\ufffd".repeat(3),
      "\ufffd".repeat(4),
      "\ufffd",
      "\ufffd"
    ])
  })

  it("sends the console and the log to the host", () => {
    send("/console")
    expect(logged[0]).toBe('info text {"a":1}')
    expect(logged[1]).toMatch(/^error Error: logged/)
    expect(logged[1]).toMatch(/lone \ufffd$/)
    expect(logged[2]).toBe("warn warned \ufffd")
  })

  it("logs a host call that failed and that nobody waited for", () => {
    expect(send("/lost", { clients: { getClient: fail("not-allowed") } }).status).toBe(200)
    expect(logged).toHaveLength(1)
    expect(logged[0]).toMatch(/^warn a rejected promise was never handled: HostError: clients.get: not-allowed/)
  })

  it("lists clients with the input as it was given", () => {
    const asked: Array<unknown> = []
    const listClients = (input: unknown) => {
      asked.push(input)
      return { items: [client], totalCount: 1, page: 2, pageSize: 5 }
    }
    const input = { search: "é", includeInactive: true, page: 2, pageSize: 5 }
    expect(call({ clients: { listClients } }, "clients.list", input)).toEqual({
      items: [
        {
          ...client,
          clientType: null,
          defaultCurrencyCode: null,
          accountManagerId: null,
          accountManagerName: null,
          billingEmail: null
        }
      ],
      totalCount: 1,
      page: 2,
      pageSize: 5
    })
    expect(asked).toEqual([input])
  })

  it("lists over all pages through the imported host, within the calls that it may make", () => {
    const asked: Array<unknown> = []
    const listOf = (totalCount: number) => (input: { page: number; pageSize: number }) => {
      asked.push(input)
      const from = (input.page - 1) * input.pageSize
      const count = Math.max(0, Math.min(input.pageSize, totalCount - from))
      const items = Array.from({ length: count }, (_, at) => ({ ...client, clientId: `${from + at}` }))
      return { items, totalCount, page: input.page, pageSize: input.pageSize }
    }
    expect(send("/all", { clients: { listClients: listOf(250) } }).body).toBe("250")
    expect(asked).toEqual([1, 2, 3].map((page) => ({ search: "x", page, pageSize: 100 })))
    expect(send("/all", { clients: { listClients: listOf(301) } }).status).toBe(500)
    expect(logged[0]).toMatch(/ListIncomplete: clients\.all: 300 of 301 records were given/)
  })

  it("gives null for a record that is not there", () => {
    expect(call({ clients: { getClient: () => undefined } }, "clients.get", "c9")).toBeNull()
    expect(call({ services: { getService: () => undefined } }, "services.get", "s9")).toBeNull()
  })

  it.each(["not-allowed", "invalid-input", "internal"])("gives %s as the same error object", (code) => {
    const denied = { listClients: fail(code), getClient: fail(code) }
    for (const name of ["list", "get"]) {
      expect(call({ clients: denied }, `clients.${name}`, name === "get" ? "c1" : {})).toEqual({
        error: true,
        name: "HostError",
        code,
        operation: `clients.${name}`,
        isError: true
      })
    }
  })

  it.each([{ page: -1 }, { page: 1.5 }, { page: "abc" }, "NaN", { includeInactive: "maybe" }, { search: 5 }, 7])(
    "sends the input %j, which the world cannot express, as one that the host refuses",
    (input) => {
      const asked: Array<unknown> = []
      const listClients = (lowered: unknown) => {
        asked.push(lowered)
        return fail("not-allowed")()
      }
      expect(call({ clients: { listClients } }, "clients.list", input)).toMatchObject({ code: "not-allowed" })
      expect(asked).toEqual([{ page: 0 }])
    }
  )

  it("never takes an answer to an input that the world cannot express", () => {
    const anything = { items: [], totalCount: 0, page: 1, pageSize: 25 }
    expect(call({ services: { listServices: () => anything } }, "services.list", { itemKind: "foo" })).toMatchObject({
      code: "invalid-input"
    })
    expect(call({ services: { getService: () => undefined } }, "services.get", 5)).toMatchObject({
      code: "invalid-input"
    })
  })

  it("reads and writes storage", () => {
    const put: Array<unknown> = []
    const cursors: Array<unknown> = []
    const storage = {
      get: (_: string, key: string) => (key === "gone" ? fail("missing")() : { value: new Uint8Array([7]) }),
      put: (entry: unknown) => {
        put.push(entry)
        return { namespace: "n", key: "k", value: new Uint8Array(), revision: 6n }
      },
      listEntries: (_: string, cursor: string | undefined) => {
        cursors.push(cursor)
        return cursor === undefined ? [{ namespace: "n", key: "k", value: new Uint8Array([7]), revision: 2n }] : []
      }
    }
    expect(call({ storage: { ...storage, get: storage.get } }, "storage.get", "n", "gone")).toBeNull()
    expect(call({ storage }, "storage.list", "n")).toEqual([{ key: "k", value: { 0: 7 }, revision: 2 }])
    expect(cursors).toEqual([undefined, Buffer.from('{"key":"k"}').toString("base64url")])
    expect(call({ storage }, "storage.put", { namespace: "n", key: "k", value: [1] })).toMatchObject({
      name: "TypeError",
      message: "entry.value must be a Uint8Array"
    })
    expect(put).toEqual([])
  })

  it("stores JSON, and writes it on a condition", () => {
    const stored = { namespace: "n", key: "k", value: new TextEncoder().encode('{"é":["漢"]}'), revision: 2n }
    const put: Array<unknown> = []
    const storage = {
      get: () => stored,
      put: (entry: unknown) => {
        put.push(entry)
        return { ...stored, revision: 3n }
      }
    }
    expect(call({ storage }, "storage.getJson", "n", "k")).toEqual({ key: "k", value: { é: ["漢"] }, revision: 2 })
    expect(call({ storage }, "storage.putJson", "n", "k", { é: ["漢"] }, { ifRevision: 2 })).toBe(3)
    expect(put).toMatchObject([{ namespace: "n", key: "k", value: stored.value }])
    expect(Number((put as Array<{ revision: bigint }>)[0]?.revision)).toBe(2)
    expect(call({ storage: { put: fail("conflict") } }, "storage.putJson", "n", "k", 1)).toMatchObject({
      code: "conflict",
      operation: "storage.putJson"
    })
    const broken = { get: () => ({ ...stored, value: new Uint8Array([123]) }) }
    expect(call({ storage: broken }, "storage.getJson", "n", "k")).toMatchObject({ name: "TypeError" })
  })

  it("gives the user with further fields as a record", () => {
    const user = {
      tenantId: "t",
      clientName: "",
      userId: "u",
      userEmail: "u@x.example",
      userName: "U",
      userType: "internal",
      clientId: undefined,
      additionalFields: [["locale", "de"]]
    }
    expect(call({ "user-v2": { getUser: () => user } }, "user.getUser")).toEqual({
      ...user,
      clientId: null,
      additionalFields: { locale: "de" }
    })
    expect(call({ "user-v2": { getUser: fail("not-available") } }, "user.getUser")).toMatchObject({
      code: "not-available"
    })
  })

  it("turns payloads and field messages of schedules into values and back", () => {
    const asked: Array<unknown> = []
    const createSchedule = (input: unknown) => {
      asked.push(input)
      return { success: false, scheduleId: undefined, error: "no", fieldErrors: '{"cron":"wrong"}' }
    }
    const input = { endpoint: "/sync", cron: "* * * * *", payload: { a: [1] } }
    expect(call({ scheduler: { createSchedule } }, "scheduler.create", input)).toEqual({
      success: false,
      error: "no",
      fieldErrors: { cron: "wrong" }
    })
    expect(asked).toMatchObject([{ endpoint: "/sync", payload: '{"a":[1]}' }])
    const updateSchedule = (_: string, change: unknown) => {
      asked.push(change)
      return { success: true, error: undefined, fieldErrors: undefined }
    }
    expect(call({ scheduler: { updateSchedule } }, "scheduler.update", "s", { name: null, payload: null })).toEqual({
      success: true
    })
    expect(asked[1]).toMatchObject({ name: "", payload: "" })
  })

  const sender = (imports: WorldImports = {}) => {
    const { handler } = instantiate({ logging, ...imports })
    return (part: string, headers: Readonly<Record<string, string>> = {}) => {
      const url = `/own${part}`
      logged.length = 0
      const absent = { requestId: undefined, installId: undefined, versionId: undefined }
      const list = Object.entries(headers).map(([name, value]) => ({ name, value }))
      const { body, status } = handler({
        context: { tenantId: "t", extensionId: "e", ...absent },
        http: { method: "GET", url, headers: list, body: undefined }
      })
      return { status, value: JSON.parse(new TextDecoder().decode(body)) }
    }
  }
  const ask = (part: string, headers: Readonly<Record<string, string>> = {}) => sender()(part, headers)
  const told = (seed = seeds[0] ?? "") => ({ "X-Alga-Request-Time": String(time), "x-alga-request-seed": seed })

  it("answers as Node does with every standard part", async () => {
    const { value } = ask("/standard", told())
    expect(value).toEqual(await inNode)
  })

  it("says by name what is missing, and what to use, and lets code ask whether it is there", () => {
    const { value } = ask("/own")
    answers.set(engine, value)
    expect(value).toMatchSnapshot()
  })

  it("has the globals that the table names, and no others", () => {
    const ofEngine = /^(__cqjs|wit|__alga.*)$/
    const names = (ask("/globals").value as Array<string>).filter((name) => !ofEngine.test(name))
    expect(names).toEqual(Object.keys(globals).sort())
    for (const name of names) expect(Object.keys(missingGlobals)).not.toContain(name)
  })

  it("writes money and dates, and orders texts, in the locales that it was built with, as Node does", () => {
    const { value } = ask("/locales")
    expect(value.slice(0, 4)).toEqual([
      formatMoney(-123_450, "EUR", "de-DE"),
      "$1,234.50",
      formatDate("2026-03-01T15:04:05Z", "de-DE", { date: "full", time: "medium" }),
      ["a", "ä", "oben", "Öl", "z", "Zorn"]
    ])
    for (const message of value.slice(4)) {
      expect(message).toMatch(
        /^RangeError: this component was built without the locale fr-FR \(it has: en-US, de-DE\): name it/
      )
    }
  })

  it("takes what the host alone tells out of the request, in any case, and leaves the rest", () => {
    const headers = { ...told(), "x-alga-capabilities": "cap:client.read", "X-Own": "1", "x-alga-other": "2" }
    expect(ask("/headers", headers).value).toEqual([
      { name: "X-Own", value: "1" },
      { name: "x-alga-other", value: "2" }
    ])
  })

  it("has the time of the request, which stands still", () => {
    const iso = new Date(time).toISOString()
    const text = new Date(Math.floor(time / 1_000) * 1_000)
    const [now, made, called, elapsed, origin] = ask("/present", told()).value
    expect([now, made, Date.parse(called), elapsed, origin]).toEqual([time, iso, text.getTime(), 0, time])
  })

  it("draws from the seed: the same from the same, other bytes from another, and two streams", () => {
    const [first, again, other] = [ask("/random", told()), ask("/random", told()), ask("/random", told(seeds[1]))]
    expect(again.value).toEqual(first.value)
    const { bytes, more, numbers, uuid } = first.value
    expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(new Set(numbers).size).toBe(20)
    for (const number of numbers) expect(number >= 0 && number < 1).toBe(true)
    expect(new Set([bytes, more.slice(0, 80), other.value.bytes, other.value.more.slice(0, 80)]).size).toBe(4)
    expect(other.value.numbers).not.toEqual(numbers)
    expect(ask("/random-numbers-alone", told()).value).toEqual(numbers)
  })

  it("goes on with other bytes where one instance gets the same seed again, and begins anew with another", () => {
    const one = sender()
    const first = one("/random", told()).value
    expect(one("/random", told()).value.bytes).not.toBe(first.bytes)
    one("/random", told(seeds[1]))
    expect(one("/random", told()).value.bytes).toBe(first.bytes)
  })

  it.each([
    ["/present", "Date.now(): this host sends no time with a request (x-alga-request-time)"],
    ["/random", "Math.random(): this host sends no seed with a request (x-alga-request-seed)"]
  ])("refuses %s by name on a host that tells none, also in an instance that was told before", (url, message) => {
    const one = sender()
    expect(one(url, told()).status).toBe(200)
    for (const headers of [
      {},
      { "x-alga-request-time": "soon", "x-alga-request-seed": "AAAA" },
      { ...told(), "X-ALGA-REQUEST-TIME": "1", "X-ALGA-REQUEST-SEED": seeds[1] ?? "" }
    ]) {
      expect(one(url, headers).status).toBe(500)
      expect(logged[0]).toContain(message)
    }
  })

  const fetching = (fetch: (request: unknown) => unknown) => sender({ http: { fetch: fetch as never } })("/fetch").value

  it("has a fetch that is one call of the host, and gives its answer", () => {
    const asked: Array<unknown> = []
    const answer = fetching((request) => {
      asked.push(request)
      return { status: 201, headers: [{ name: "X-B", value: "c" }], body: new Uint8Array([0xc3, 0xa9]) }
    })
    const body = new TextEncoder().encode("é漢😀")
    expect(asked).toEqual([
      { method: "POST", url: "https://service.example/a?b=c", headers: [{ name: "x-c", value: "d" }], body }
    ])
    expect(answer).toEqual({
      is: true,
      tags: ["[object Response]", "[object Request]", "[object Headers]"],
      read: [201, true, "https://service.example/a?b=c", [["x-b", "c"]], "é"],
      copied: [0xc3, 0xa9],
      used: [true, true, true]
    })
  })

  it.each([
    ["not-allowed", /^fetch failed: http\.fetch: not-allowed .*cap:http\.fetch/],
    ["transport", /^fetch failed: http\.fetch: transport/]
  ])("rejects a fetch as the standard says where the host answers %s, with what to do about it", (code, message) => {
    const answer = fetching(() => {
      throw Object.assign(new Error("a failed import"), { payload: code })
    })
    expect(answer).toEqual({ name: "TypeError", message: expect.stringMatching(message), code })
  })

  it("runs 9,000 timers in order, and refuses the one beyond 10,000 by name", () => {
    expect(ask("/timers").value).toBe(9_000)
    expect(ask("/too-many-timers").status).toBe(500)
    expect(logged[0]).toContain("RangeError: an extension may set 10000 timers a request")
  })

  it("answers where an interval is never cleared", () => {
    expect(ask("/endless-interval")).toEqual({ status: 200, value: null })
    expect(logged).toEqual([])
  })

  it("writes what a console is given to the log", () => {
    ask("/console")
    expect(logged.map((line) => line.replace(/\n\s*(at .*|\S*@.*)(?=\n|$)/g, "")).join("\n")).toMatchSnapshot()
  })

  it("answers as it did from a handler that is written against the published runtime", () => {
    const context = {
      tenantId: "tenant",
      extensionId: "e",
      requestId: undefined,
      installId: undefined,
      versionId: undefined
    }
    const { body, headers, status } = instantiate({
      context: { getContext: () => context },
      logging: { logInfo: () => {} },
      "user-v2": {
        getUser: () => ({
          tenantId: "tenant",
          clientName: "c",
          userId: "u",
          userEmail: "e",
          userName: "Ada",
          userType: "internal",
          clientId: undefined,
          additionalFields: []
        })
      },
      storage: { get: () => ({ namespace: "space", key: "key", value: new Uint8Array(2), revision: 1n }) },
      secrets: { get: () => "s3cret" },
      "ui-proxy": { callRoute: () => new TextEncoder().encode('{"ok":true}') }
    }).handler({ context, http: { method: "POST", url: "/published", headers: [], body: undefined } })
    expect([status, headers, JSON.parse(new TextDecoder().decode(body))]).toEqual([
      201,
      [{ name: "x-a", value: "b" }],
      publishedAnswer
    ])
  })
})

describe("two engines", () => {
  it("answer alike", () => {
    expect(answers.get("quickjs")).toEqual(answers.get("starlingmonkey"))
  })
})

describe("buildComponent", () => {
  it("says what is wrong with the source", async () => {
    const broken = join(folder, "broken.ts")
    await writeFile(broken, 'import "./no-such-module"')
    await expect(
      buildComponent({ entry: broken, outFile: join(folder, "x.wasm"), witDir: worldDir })
    ).rejects.toMatchObject({ name: "BuildError", stage: "bundle", detail: expect.stringContaining("no-such-module") })
  })

  it("refuses a handler that is not there", async () => {
    const empty = join(folder, "empty.ts")
    await writeFile(empty, "export const other = 1")
    await expect(
      buildComponent({ entry: empty, outFile: join(folder, "x.wasm"), witDir: worldDir })
    ).rejects.toMatchObject({ name: "BuildError", stage: "bundle", detail: "it must export handler" })
  })

  it("says what is wrong with the world, where no components are kept", async () => {
    vi.stubEnv("ALGA_KEPT_COMPONENTS", undefined)
    await expect(
      buildComponent({ entry, outFile: join(folder, "x.wasm"), witDir: worldDir, worldName: "no-such-world" })
    ).rejects.toMatchObject({
      name: "BuildError",
      stage: "componentize",
      detail: expect.stringContaining("no-such-world")
    })
  })

  it("is taken from where components are kept, if one of the same was made", async () => {
    const kept = join(folder, "kept")
    vi.stubEnv("ALGA_KEPT_COMPONENTS", kept)
    const small = join(folder, "small.ts")
    await writeFile(small, "export const handler = () => ({ status: 200, headers: [], body: undefined })\n")
    const build = async () => {
      const { file } = await buildComponent({ entry: small, outFile: join(folder, "small.wasm"), witDir: worldDir })
      return readFile(file)
    }
    const made = await build()
    const [name = ""] = await readdir(kept)
    // A custom section, by which the kept one is known: two that are made of the same may differ in length.
    const title = Buffer.from("kept by this test")
    const mark = Buffer.concat([Buffer.from([0, title.length + 1, title.length]), title])
    await appendFile(join(kept, name), mark)
    const taken = await build()
    expect([taken.length, await readdir(kept)]).toEqual([made.length + mark.length, [name]])
    expect([made, taken].map((component) => component.includes(mark))).toEqual([false, true])
  }, 240_000)
})
