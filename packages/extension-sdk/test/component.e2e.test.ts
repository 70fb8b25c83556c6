import { appendFile, cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import { type BuiltComponent, buildComponent, prepareComponent } from "../src/BuildComponent.ts"
import { type Instantiate, loadComponent, type WorldImports } from "../src/InstantiateComponent.ts"

const worldDir = fileURLToPath(new URL("../../adapters-wit/wit/", import.meta.url))
const entry = new URL("fixtures/probe.ts", import.meta.url)
const client = { clientId: "c1", clientName: "é漢😀", isInactive: false }
const fail = (payload: unknown) => () => {
  throw Object.assign(new Error("a failed import"), { payload })
}

let folder = ""
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
    built = await buildComponent({ entry, outFile: join(folder, `${engine}.wasm`), engine, witDir: worldDir })
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

  it("says what is wrong with the world", async () => {
    await expect(
      buildComponent({ entry, outFile: join(folder, "x.wasm"), witDir: worldDir, worldName: "no-such-world" })
    ).rejects.toMatchObject({
      name: "BuildError",
      stage: "componentize",
      detail: expect.stringContaining("no-such-world")
    })
  })

  it("is taken from where components are kept, if one of the same was made, and not where none are kept", async () => {
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
    vi.stubEnv("ALGA_KEPT_COMPONENTS", undefined)
    const anew = await build()
    expect([made, taken, anew].map((component) => component.includes(mark))).toEqual([false, true, false])
    expect(await readdir(kept)).toEqual([name])
  }, 240_000)

  it("gives one fingerprint to one source, and another to another source, engine or world", async () => {
    const older = join(folder, "wit")
    await cp(worldDir, older, { recursive: true })
    await appendFile(join(older, "world.wit"), "\n// changed\n")
    const other = join(folder, "other.ts")
    await writeFile(other, "export const handler = () => ({ status: 204, headers: [], body: undefined })\n")
    const [first, second, source, engine, world] = await Promise.all([
      prepareComponent({ entry, witDir: worldDir }),
      prepareComponent({ entry, witDir: worldDir }),
      prepareComponent({ entry: other, witDir: worldDir }),
      prepareComponent({ entry, witDir: worldDir, engine: "starlingmonkey" }),
      prepareComponent({ entry, witDir: older })
    ])
    expect(second.fingerprint).toBe(first.fingerprint)
    for (const { fingerprint } of [source, engine, world]) expect(fingerprint).not.toBe(first.fingerprint)
  })
})
