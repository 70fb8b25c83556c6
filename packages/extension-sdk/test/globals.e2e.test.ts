import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { buildComponent, prepareComponent } from "../src/BuildComponent.ts"
import { formatDate } from "../src/FormatDate.ts"
import { formatMoney } from "../src/FormatMoney.ts"
import { globals, missingGlobals } from "../src/Globals.ts"
import { type Instantiate, loadComponent, type WorldImports } from "../src/InstantiateComponent.ts"
import { answersOf, standardParts } from "./fixtures/standardParts.ts"

const witDir = fileURLToPath(new URL("../../adapters-wit/wit/", import.meta.url))
const entry = new URL("fixtures/ownParts.ts", import.meta.url)
const seeds = [1, 2].map((byte) => Buffer.alloc(32, byte).toString("base64url"))
const time = 1_700_000_000_123

let folder = ""
const inNode = answersOf(standardParts)
const answers = new Map<string, Record<string, unknown>>()

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "alga-sdk-"))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe.each(["quickjs", "starlingmonkey"] as const)("a component on %s", (engine) => {
  let instantiate: Instantiate
  const logged: Array<string> = []
  const log = (level: string) => (message: string) => logged.push(`${level} ${message}`)
  const logging = { logInfo: log("info"), logWarn: log("warn"), logError: log("error") }

  beforeAll(async () => {
    const outFile = join(folder, `${engine}.wasm`)
    await buildComponent({ entry, outFile, engine, witDir, locales: ["en-US", "de-DE"] })
    instantiate = await loadComponent(outFile)
  })

  const sender = (imports: WorldImports = {}) => {
    const { handler } = instantiate({ logging, ...imports })
    return (url: string, headers: Readonly<Record<string, string>> = {}) => {
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
  const send = (url: string, headers: Readonly<Record<string, string>> = {}) => sender()(url, headers)
  const told = (seed = seeds[0] ?? "") => ({ "X-Alga-Request-Time": String(time), "x-alga-request-seed": seed })

  it("answers as Node does with every standard part", async () => {
    const { value } = send("/standard", told())
    expect(value).toEqual(await inNode)
  })

  it("says by name what is missing, and what to use, and lets code ask whether it is there", () => {
    const { value } = send("/own")
    answers.set(engine, value)
    expect(value).toMatchSnapshot()
  })

  it("has the globals that the table names, and no others", () => {
    const ofEngine = /^(__cqjs|wit|__alga.*)$/
    const names = (send("/globals").value as Array<string>).filter((name) => !ofEngine.test(name))
    expect(names).toEqual(Object.keys(globals).sort())
    for (const name of names) expect(Object.keys(missingGlobals)).not.toContain(name)
  })

  it("writes money and dates, and orders texts, in the locales that it was built with, as Node does", () => {
    const { value } = send("/locales")
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
    expect(send("/headers", headers).value).toEqual([
      { name: "X-Own", value: "1" },
      { name: "x-alga-other", value: "2" }
    ])
  })

  it("has the time of the request, which stands still", () => {
    const iso = new Date(time).toISOString()
    const text = new Date(Math.floor(time / 1_000) * 1_000)
    const [now, made, called, elapsed, origin] = send("/present", told()).value
    expect([now, made, Date.parse(called), elapsed, origin]).toEqual([time, iso, text.getTime(), 0, time])
  })

  it("draws from the seed: the same from the same, other bytes from another, and two streams", () => {
    const [first, again, other] = [send("/random", told()), send("/random", told()), send("/random", told(seeds[1]))]
    expect(again.value).toEqual(first.value)
    const { bytes, more, numbers, uuid } = first.value
    expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(new Set(numbers).size).toBe(20)
    for (const number of numbers) expect(number >= 0 && number < 1).toBe(true)
    expect(new Set([bytes, more.slice(0, 80), other.value.bytes, other.value.more.slice(0, 80)]).size).toBe(4)
    expect(other.value.numbers).not.toEqual(numbers)
    expect(send("/random-numbers-alone", told()).value).toEqual(numbers)
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
    expect(send("/timers").value).toBe(9_000)
    expect(send("/too-many-timers").status).toBe(500)
    expect(logged[0]).toContain("RangeError: an extension may set 10000 timers a request")
  })

  it("answers where an interval is never cleared", () => {
    expect(send("/endless-interval")).toEqual({ status: 200, value: null })
    expect(logged).toEqual([])
  })

  it("writes what a console is given to the log", () => {
    send("/console")
    expect(logged.map((line) => line.replace(/\n\s*(at .*|\S*@.*)(?=\n|$)/g, "")).join("\n")).toMatchSnapshot()
  })
})

describe("the locales of a component", () => {
  const bundled = async (locales: unknown, code: string) => {
    const extension = await mkdtemp(join(folder, "locales-"))
    await writeFile(join(extension, "package.json"), JSON.stringify({ alga: { locales } }))
    const sdk = fileURLToPath(new URL("../src/index.ts", import.meta.url))
    await writeFile(
      join(extension, "handler.ts"),
      `import * as sdk from ${JSON.stringify(sdk)}\nexport const handler = () => ${code}`
    )
    return (await prepareComponent({ entry: join(extension, "handler.ts"), witDir, minify: true })).bundle.script
  }

  it("are those of its package.json, and are in it where the code uses them", async () => {
    const money = await bundled(["de-DE"], 'sdk.formatMoney(1, "EUR", "de-DE")')
    expect(money).toContain("de-DE")
    expect(money).not.toContain("Dezember")
    expect(await bundled(["de-DE"], 'sdk.formatDate(0, "de-DE")')).toContain("Dezember")
    expect(await bundled(["de-DE"], 'sdk.errorResponse("internal")')).not.toContain("de-DE")
  })

  it.each([
    [["xx-no-such-locale-at-all"], "is not a locale that Node knows"],
    [[5], "is not a locale that Node knows"],
    ["de-DE", "must be a list of locales"]
  ])("%j fails the build", async (locales, message) => {
    await expect(bundled(locales, "null")).rejects.toThrow(message)
  })
})

describe("a bundle", () => {
  it("has fetch and its classes where the code uses them, and not where it asks whether they are there", async () => {
    const filesIn = async (name: string) => {
      const { bundle } = await prepareComponent({ entry: new URL(`fixtures/${name}.ts`, import.meta.url), witDir })
      return Array.from(bundle.script.matchAll(/^\/\/ .*\/(\w*FillIns?|web\/\w+)\.ts$/gm), ([, file]) => file)
    }
    expect(await filesIn("probe")).toEqual(["FillIns"])
    expect(await filesIn("ownParts")).toEqual(expect.arrayContaining(["FillIns", "FetchFillIn", "web/Response"]))
  })

  it("says whether its code needs the time and the seed of a request", async () => {
    const needs = async (code: string) => {
      const file = join(await mkdtemp(join(folder, "needs-")), "handler.ts")
      await writeFile(file, `export const handler = () => ${code}`)
      return (await prepareComponent({ entry: file, witDir })).bundle.needs
    }
    expect(await needs("[new Date(0), Date.UTC(2026), Date.parse('2026-01-01'), new Date(1, 2)]")).toEqual([])
    for (const code of ["Date.now()", "new Date()", "new Date", "Date()"])
      expect(await needs(code)).toEqual(["request-time"])
    for (const code of ["Math.random()", "crypto.randomUUID()", "(({ random }) => random())(Math)"]) {
      expect(await needs(code)).toEqual(code.startsWith("((") ? [] : ["request-seed"])
    }
    expect(await needs("[Date.now(), Math.random()]")).toEqual(["request-seed", "request-time"])
  })
})

describe("a module that asks for the clock while it loads", () => {
  it("does not build on StarlingMonkey either", async () => {
    const entry = join(folder, "loading.ts")
    await writeFile(
      entry,
      "const early = Date.now()\nexport const handler = () => ({ status: 200, headers: [], early })"
    )
    const built = buildComponent({ entry, outFile: join(folder, "loading.wasm"), engine: "starlingmonkey", witDir })
    await expect(built).rejects.toThrow(/Date\.now\(\): not while a module loads/)
  })
})

describe("two engines", () => {
  it("answer alike", () => {
    expect(answers.get("quickjs")).toEqual(answers.get("starlingmonkey"))
  })
})
