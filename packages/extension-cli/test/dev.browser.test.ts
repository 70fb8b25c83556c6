import { execFile } from "node:child_process"
import { rm, symlink } from "node:fs/promises"
import { request } from "node:http"
import { join } from "node:path"
import { promisify } from "node:util"
import { ids } from "@alga-psa/ext-adapters-memory"
import type {} from "@alga-psa/ext-development-host/testing/browserSetup"
import {
  connectBrowser,
  keptPages,
  type TestPage,
  violations,
  withoutStatuses
} from "@alga-psa/ext-development-host/testing/TestPage"
import { Effect, Exit, Scope, SubscriptionRef } from "effect"
import type { Browser } from "playwright-core"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from "vitest"
import type { DataPage, DataSaved } from "../src/dev/Bench.ts"
import { type DevServer, serveDev } from "../src/dev/DevServer.ts"
import { type DevFixture, devFixture, handlerSource, throwsAt } from "./support/DevFixture.ts"
import { ready, reloaded } from "./support/DevPage.ts"

const scope = Scope.makeUnsafe()
let extension: DevFixture
let server: DevServer
let browser: Browser
let open: TestPage
const pages = keptPages(() => browser)

beforeAll(async () => {
  extension = await devFixture()
  const { api, ...manifest } = JSON.parse(await extension.read("manifest.json"))
  const endpoints = [...api.endpoints, { method: "POST", path: "/api/clients/:id", handler: "dist/main" }]
  await extension.write("manifest.json", JSON.stringify({ ...manifest, api: { endpoints } }))
  await extension.write("alga.dev.json", '{"fetch": ["https://a.example/path"]}')
  browser = await connectBrowser(inject("browser"))
  server = await Effect.runPromise(Scope.provide(serveDev({ folder: extension.folder, port: 0 }), scope))
})
afterAll(async () => {
  await browser?.close()
  await Effect.runPromise(Scope.close(scope, Exit.void))
  await extension?.remove()
})
beforeEach(async () => {
  open = await pages.open(server.url)
  await ready(open.page)
  // What the page asks by itself was answered, and comes into no list of executions any more.
  await open.page.frameLocator("#page").locator("#answer:not(:empty)").waitFor()
})
afterEach(async () => expect(withoutStatuses(await pages.release())).toEqual([]))

/** What the extension's page shows. */
const shown = (text: string) => open.page.frameLocator("#page").locator("#answer", { hasText: text }).waitFor()

/** Makes one change that the page is loaded anew for. */
const change = (make: () => Promise<unknown>) => reloaded(open.page, make)

/** Sends a request from the panel, and gives what it answers. */
const send = async (path: string): Promise<string> => {
  const { page } = open
  if (!(await page.getByLabel("Path and query").isVisible())) await page.getByText("Send a request").click()
  await page.getByLabel("Method").selectOption("GET")
  await page.getByLabel("Path and query").fill(path)
  const answered = page.waitForResponse((response) => response.url().endsWith("/dev/send"))
  await page.getByRole("button", { name: "Send", exact: true }).click()
  await answered
  const status = await page.locator("#answer .status").textContent()
  const body = await page.locator("#answer .body").textContent()
  return `${status}\n${JSON.stringify(JSON.parse(body ?? ""))}`
}

const count = (totalCount: number, greeting = "one") => `{"greeting":"${greeting}","totalCount":${totalCount}}`

describe("alga-ext dev", () => {
  it("shows the page, and each host call with its arguments, outcome, rows and time", async () => {
    await shown(count(11))
    const row = open.page.getByRole("row", { name: /host\.clients\.list/ }).first()
    await row.waitFor()
    const cells = await row.getByRole("cell").allTextContents()
    expect(cells.slice(0, 4)).toEqual(["host.clients.list", '{"search":"","pageSize":2}', "ok", "2"])
    expect(cells[4]).toMatch(/^[\d.]+ ms$/)
    await open.page.getByText("warn about to count").first().waitFor()
    await open.page.getByText("Limits used").first().click()
    const limits = open.page.getByRole("row", { name: /hostCalls/ }).first()
    await limits.waitFor()
    expect(await limits.getByRole("cell").allTextContents()).toEqual(["hostCalls", "2 of 1,000 calls"])
    const memory = open.page.getByRole("row", { name: /memoryMb/ }).first()
    expect((await memory.getByRole("cell").allTextContents())[1]).toMatch(/^[1-9]\d?(?:\.\d)? of 256 MB$/)
  })

  it("asks for each who may look, once that is who looks", async () => {
    for (const [label, answer] of [
      ["Wen Li, staff without the permission", 'Proxy error 403: {"error":"not-allowed"}'],
      ["Petra Lindqvist, portal user", count(1)],
      ["Nobody: a schedule", count(11)],
      ["Ada Moreau, administrator", count(11)]
    ] as const) {
      await change(() => open.page.getByLabel("Who looks").selectOption({ label }))
      await open.page.locator(".execution:first-child .viewer", { hasText: label }).waitFor()
      await shown(answer)
    }
  })

  it("answers anew after a save, keeps away what was taken away, and keeps the last good build where one fails", async () => {
    await change(() => open.page.getByLabel("cap:client.read").uncheck())
    const denied = 'Proxy error 403: {"error":"not-allowed"}'
    await shown(denied)
    await change(() => extension.write("src/handler.ts", handlerSource("two")))
    await shown(denied)
    expect(await open.page.getByLabel("cap:client.read").isChecked()).toBe(false)
    await change(() => open.page.getByLabel("cap:client.read").check())
    await shown(count(11, "two"))
    await extension.write("src/handler.ts", `${handlerSource("three")}\nconst = broken\n`)
    await open.page.getByText("The build failed; the last good one still runs.").waitFor()
    await open.page.getByText("src/handler.ts:28:7").waitFor()
    expect(await send("/api/count")).toContain(count(11, "two"))
    await change(() => extension.write("src/handler.ts", handlerSource("one")))
    await shown(count(11))
  })

  it("shows what was built between its document and the first event that it hears", async () => {
    const { page } = open
    const held = Promise.withResolvers<void>()
    await page.route(
      "**/dev/events?*",
      async (route) => {
        await held.promise
        await route.continue()
      },
      { times: 1 }
    )
    await page.reload()
    const { revision } = SubscriptionRef.getUnsafe(server.bench)
    const late = (await extension.read("ui/index.html")).replace("<h1>", "<h1>Built late: ")
    await extension.write("ui/index.html", late)
    await expect.poll(() => SubscriptionRef.getUnsafe(server.bench).revision).toBe(revision + 1)
    held.resolve()
    await page.frameLocator("#page").getByText("Built late: ").waitFor()
  })

  it("says that there is no page yet, with the endpoints of the manifest to ask, until there is one", async () => {
    const { page } = open
    const index = await extension.read("ui/index.html")
    await change(() => rm(join(extension.folder, "ui/index.html")))
    await page.getByText("No page yet: write ui/index.html.").waitFor()
    expect(await page.locator("#page").isVisible()).toBe(false)
    await page.getByLabel("Endpoint").selectOption("GET /api/count")
    await page.getByRole("button", { name: "Send", exact: true }).click()
    await page.locator("#answer", { hasText: '"totalCount": 11' }).waitFor()
    await page.getByLabel("Endpoint").selectOption("POST /api/clients/:id")
    expect(await page.getByLabel("Method").inputValue()).toBe("POST")
    await page.keyboard.type("7")
    expect(await page.getByLabel("Path and query").inputValue()).toBe("/api/clients/7")
    expect(await page.locator("#endpoint option:checked").textContent()).toBe("POST /api/clients/:id")
    expect(await violations(page.mainFrame())).toEqual([])
    await change(() => extension.write("ui/index.html", index))
    await shown(count(11))
    expect(await page.getByLabel("Path and query").inputValue()).toBe("/api/clients/7")
  })

  it("builds no link of the page, serves nothing that it leads to, and keeps the last good build", async () => {
    await shown(count(11))
    const frame = open.page.locator("#page")
    const address = new URL("./etc/passwd", (await frame.getAttribute("src")) ?? "")
    await symlink("/etc", join(extension.folder, "ui/etc"))
    await open.page.getByText("ui/etc is a link: put the file itself there").waitFor()
    const document = await (await fetch(new URL("../index.html", address))).text()
    expect(await (await fetch(address)).text()).toBe(document)
    expect((await fetch(new URL("../main.js", address))).status).toBe(200)
    await change(() => rm(join(extension.folder, "ui/etc")))
    await shown(count(11))
  })

  it("shows the stack of a handler that throws, at the places of its sources, and to nobody else", async () => {
    expect(await send("/api/throw")).toBe('500\n{"error":"internal"}')
    const log = open.page.locator(".logs .error").first()
    await log.getByText("TypeError: broken on purpose").waitFor()
    const text = await log.textContent()
    expect(text).toMatch(throwsAt)
    expect(text).not.toMatch(/main\.js|node_modules|\(native\)|\/work|JobQueue/)
  })

  it.each([
    [
      "/api/wrong",
      "host.clients.list",
      "pageSize must be 1 to 100",
      16,
      "src/handler.ts:16:37 or src/handler.ts:20:39"
    ],
    ["/api/all", "host.clients.all", "search must not contain a NUL character", 17, "src/handler.ts:17:57"]
  ])(
    "says which rule %s breaks, and in which line, beside the call and in the log",
    async (path, call, rule, line, at) => {
      expect(await send(path)).toBe('500\n{"error":"internal"}')
      const execution = open.page.locator(".execution").first()
      await execution.getByRole("row", { name: new RegExp(`${call.replaceAll(".", "\\.")} .*invalid-input`) }).waitFor()
      expect(await execution.locator(".why").textContent()).toBe(`${rule}; called at ${at}`)
      const log = await execution.locator(".logs .error").textContent()
      expect(log).toContain(`HostError: clients.list: invalid-input (${rule})`)
      expect(log).toMatch(new RegExp(`\\(src/handler\\.ts:${line}:\\d+\\)`))
      expect(log).not.toMatch(/main\.js|\(native\)/)
    }
  )

  it("keeps the answer to what was sent last where the answer to an older request comes late", async () => {
    const { page } = open
    await send("/api/count?at=1")
    const held = Promise.withResolvers<void>()
    await page.route(
      "**/dev/send",
      async (route) => {
        await held.promise
        await route.continue()
      },
      { times: 1 }
    )
    await page.getByLabel("Path and query").fill("/api/throw?late")
    const late = page.waitForResponse((response) => response.request().postData()?.includes("/api/throw?late") ?? false)
    await page.getByRole("button", { name: "Send", exact: true }).click()
    await page.getByLabel("Path and query").fill("/api/count?at=2")
    await page.getByRole("button", { name: "Send", exact: true }).click()
    await page.locator("#answer", { hasText: '"totalCount": 11' }).waitFor()
    held.resolve()
    await (await late).finished()
    await page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    expect(await page.locator("#answer .status").textContent()).toBe("200")
    await page.getByRole("button", { name: "Clear" }).click()
  })

  it("shows what the handler answered, sends it again, gives it as a command, finds it and forgets it", async () => {
    const { page } = open
    await page.getByRole("button", { name: "Clear" }).click()
    await page.getByText("None yet.").waitFor()
    expect(await send("/api/count?at=1")).toBe(`200\n${count(11)}`)
    expect(await page.locator("#answer dt", { hasText: "content-type" }).count()).toBe(1)
    expect(await page.locator("#answer .body").textContent()).toBe('{\n  "greeting": "one",\n  "totalCount": 11\n}')
    const first = page.locator(".execution", { hasText: "/api/count?at=1" }).last()
    await first.getByText("Answer").click()
    expect(await first.locator(".answer dd").first().textContent()).toBe("application/json")
    await first.getByRole("button", { name: "Send again" }).click()
    // Until the newest has ended, those below it move.
    const ended = page.locator(".execution .outcome", { hasNotText: "running" })
    await expect.poll(() => ended.count()).toBe(2)
    await first.getByRole("button", { name: "Copy as curl" }).click()
    const command = (await first.locator(".curl").textContent()) ?? ""
    expect(command).toBe(`curl '${new URL("/as/admin/api/count?at=1", server.url)}'`)
    const { stdout } = await promisify(execFile)("sh", ["-c", `${command} --silent`])
    expect(stdout).toBe(count(11))
    await expect.poll(() => ended.count()).toBe(3)
    await send("/api/throw")
    await page.getByLabel("Filter executions").fill("broken on purpose")
    await page.getByText("1 of 4 shown").waitFor()
    expect(await page.locator(".execution:visible .request").allTextContents()).toEqual(["GET /api/throw"])
    await page.getByLabel("Filter executions").fill("")
    await expect.poll(() => ended.count()).toBe(4)
    await page.getByRole("button", { name: "Clear" }).click()
    await expect.poll(() => page.locator(".execution").count()).toBe(0)
  })

  it("keeps an execution as a test, which replays in the sandbox and fails where the handler does something else", async () => {
    const { page } = open
    await send("/api/count?at=kept")
    const execution = page.locator(".execution", { hasText: "/api/count?at=kept" }).first()
    await execution.getByRole("button", { name: "Keep as test" }).click()
    await execution.getByText("Kept in test/recorded/get-api-count.json.").waitFor()
    const recording = JSON.parse(await extension.read("test/recorded/get-api-count.json"))
    expect(recording).toMatchObject({
      request: { method: "GET", url: "/api/count?at=kept", headers: [] },
      calls: [{ call: "clients.listClients", reply: { ok: { totalCount: 11 } } }],
      response: { status: 200, body: { $text: count(11) } }
    })
    const other = { ...recording, response: { ...recording.response, body: { $text: count(11, "two") } } }
    await extension.write("test/recorded/other.json", JSON.stringify(other))
    const replayed = await new Promise<{ readonly code: number; readonly output: string }>((resolve) =>
      execFile(process.execPath, ["--test", "test/recorded.test.ts"], { cwd: extension.folder }, (error, output) =>
        resolve({ code: Number(error?.code ?? 0), output })
      )
    )
    expect(replayed.code).toBe(1)
    expect(replayed.output).toMatch(/✔ get-api-count\.json: GET \/api\/count\?at=kept/)
    expect(replayed.output).toMatch(/✖ other\.json: GET \/api\/count\?at=kept/)
    expect(replayed.output).toMatch(/the response is another one/)
    await rm(join(extension.folder, "test"), { recursive: true })
  })

  it("notes a wrong file of the host's", async () => {
    await open.page.getByText(/alga\.dev\.json: fetch\[0\] must be an address such as/).waitFor()
  })

  it("notes a capability that the code does not use", async () => {
    const declared = { capabilities: ["cap:client.read", "cap:service.read"] }
    const before = await extension.read("manifest.json")
    await change(() => extension.write("manifest.json", JSON.stringify({ ...JSON.parse(before), ...declared })))
    await open.page.getByText('"cap:service.read" is declared but unused').waitFor()
    await change(() => extension.write("manifest.json", before))
    expect(await open.page.getByLabel("cap:service.read").count()).toBe(0)
  })
})

/** Asks as a program that is no browser, which may send any header. */
const status = (path: string, headers: Readonly<Record<string, string>>, method = "GET") =>
  new Promise<number>((resolve, reject) => {
    const sent = request(new URL(path, server.url), { method, headers }, (response) => {
      response.destroy()
      resolve(response.statusCode ?? 0)
    })
    sent.on("error", reject).end(method === "POST" ? '{"viewer":"admin"}' : undefined)
  })

describe("the plain URL", () => {
  const asked = (viewer: string, route = "/api/count") => fetch(new URL(`/as/${viewer}${route}`, server.url))

  it("answers what the handler answers that viewer, with its headers, and never as a page", async () => {
    const answer = await asked("portal")
    expect([answer.status, await answer.json()]).toEqual([200, { greeting: "one", totalCount: 1 }])
    expect(answer.headers.get("content-type")).toBe("application/json")
    expect(answer.headers.get("content-security-policy")).toBe("sandbox; default-src 'none'")
    expect((await asked("without-permission")).status).toBe(403)
    expect((await asked("nobody")).status).toBe(200)
    expect((await asked("somebody")).status).toBe(404)
  })

  it("answers no other host and nothing that a browser sends", async () => {
    expect(await status("/as/admin/api/count", {})).toBe(200)
    expect(await status("/as/admin/api/count", { host: "elsewhere.example" })).toBe(421)
    for (const site of ["cross-site", "same-site", "same-origin", "none"]) {
      expect(await status("/as/admin/api/count", { "sec-fetch-site": site })).toBe(421)
    }
    for (const origin of ["https://elsewhere.example", new URL(server.url).origin, "null"]) {
      expect(await status("/as/admin/api/count", { origin }, "POST")).toBe(421)
    }
    const fromPage = `fetch("/as/admin/api/count").then(({ status }) => status)`
    expect(await open.page.evaluate<number>(fromPage)).toBe(421)
  })
})

describe("the panel's routes", () => {
  const session = () =>
    open.page.evaluate<string>(`JSON.parse(document.getElementById("settings").textContent).session`)

  // The page loads itself anew after each of their changes, also when its test has ended.
  afterEach(() => open.close())

  it("answer the page's session, and nobody else", async () => {
    const own = { "x-alga-host-session": await session() }
    expect(await status(`/dev/events?session=${await session()}`, {})).toBe(200)
    expect(await status("/dev/events", {})).toBe(401)
    for (const path of [
      "/dev/bench",
      "/dev/storage",
      "/dev/rows",
      "/dev/row",
      "/dev/reset",
      "/dev/run",
      "/dev/send",
      "/dev/resend",
      "/dev/keep",
      "/dev/clear"
    ]) {
      expect(await status(path, {}, "POST")).toBe(401)
      expect(await status(path, { ...own, origin: "https://elsewhere.example" }, "POST")).toBe(421)
    }
    expect(await status("/dev/events", { host: "elsewhere.example" })).toBe(421)
    expect(await status("/dev/bench", own, "POST")).toBe(204)
    expect(await status("/dev/storage", own, "POST")).toBe(400)
    expect(await status("/dev/send", own, "POST")).toBe(400)
    expect(await status("/dev/rows", own, "POST")).toBe(400)
    expect(await status("/dev/row", own, "POST")).toBe(400)
    expect(await status("/dev/reset", own, "POST")).toBe(204)
  })

  it("save no record that the tables would refuse, and reset those that have taken each other's names", async () => {
    const headers = { "x-alga-host-session": await session(), "content-type": "application/json" }
    const ask = async <A>(path: string, body: object): Promise<A> => {
      const answer = await fetch(new URL(path, server.url), { method: "POST", headers, body: JSON.stringify(body) })
      return (answer.status === 200 ? await answer.json() : answer.status) as A
    }
    const list = (kind: "clients" | "services") => ask<DataPage>("/dev/rows", { kind, search: "", page: 1 })
    const save = async (kind: "clients" | "services", id: string | null, fields: object) =>
      (await ask<DataSaved>("/dev/row", { kind, id, fields })).error
    const before = await list("clients")
    const services = await list("services")
    const [one, other] = before.rows.map(({ fields, id }) => ({ id, name: String(fields["clientName"]) }))
    if (one === undefined || other === undefined) throw new Error("the seed has two clients")
    const taken = "clientName: another of the clients has it"
    expect(await save("clients", null, { clientName: one.name })).toBe(taken)
    expect(await save("clients", one.id, { clientName: other.name })).toBe(taken)
    expect(await save("clients", one.id, { clientName: one.name, isInactive: true })).toBe(null)
    expect(await save("clients", one.id, { clientName: "Between" })).toBe(null)
    expect(await save("clients", other.id, { clientName: one.name })).toBe(null)
    expect(await save("clients", one.id, { clientName: other.name })).toBe(null)
    const product = { serviceName: "A", itemKind: "product", sku: "sold" }
    expect(await save("services", null, product)).toBe(null)
    expect(await save("services", null, product)).toBe("sku: another of the services has it")
    expect(await save("services", null, { ...product, itemKind: "service" })).toBe(null)
    expect(await ask("/dev/reset", {})).toBe(204)
    expect([await list("clients"), await list("services")]).toEqual([before, services])
  })

  it("lead to no other extension and no other tenant's install", async () => {
    const own = { "x-alga-host-session": await session() }
    expect(await status(`/api/ext-proxy/${ids.extensions.full}/api/count`, own)).toBe(200)
    expect(await status(`/api/ext-proxy/${ids.extensions.ungranted}/api/count`, own)).toBe(404)
    expect(await status(`/api/ext-proxy/${ids.installs.borealis}/api/count`, own)).toBe(404)
  })
})
