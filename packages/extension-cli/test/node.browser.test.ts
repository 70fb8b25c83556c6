import type {} from "@alga-psa/ext-development-host/testing/browserSetup"
import { connectBrowser, openPage, type TestPage } from "@alga-psa/ext-development-host/testing/TestPage"
import { Effect, Exit, Scope } from "effect"
import type { Browser } from "playwright-core"
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest"
import { type DevServer, serveDev } from "../src/dev/DevServer.ts"
import { type DevFixture, devFixture } from "./support/DevFixture.ts"
import { ready, reloaded } from "./support/DevPage.ts"

const handler = `import { defineHandler, isHostError, jsonResponse } from "@alga-psa/ext-extension-sdk"

export const handle = defineHandler(async (request, host) => {
  if (request.http.url === "/api/node") return jsonResponse(typeof Reflect.get(globalThis, "process"))
  if (request.http.url === "/api/granted") return jsonResponse([host.granted("cap:client.read"), host.granted("cap:storage.kv")])
  if (request.http.url === "/api/exit") process.exit(7)
  if (request.http.url === "/api/throw") throw new TypeError("broken on purpose")
  console.warn("about to count", { at: 1 })
  try {
    const { totalCount } = await host.clients.list()
    return jsonResponse({ totalCount })
  } catch (error) {
    return jsonResponse({ failed: isHostError(error) && error.message }, { status: 403 })
  }
})
`

const scope = Scope.makeUnsafe()
let extension: DevFixture
let server: DevServer
let browser: Browser
let open: TestPage
let inspector: Promise<string>

beforeAll(async () => {
  extension = await devFixture()
  browser = await connectBrowser(inject("browser"))
  const { promise, resolve } = Promise.withResolvers<string>()
  inspector = promise
  const node = { inspectPort: 0, onInspector: resolve }
  server = await Effect.runPromise(Scope.provide(serveDev({ folder: extension.folder, port: 0, node }), scope))
  open = await openPage(browser, server.url)
  await ready(open.page)
  // What the page asks by itself was answered.
  await open.page.frameLocator("#page").locator("#answer:not(:empty)").waitFor()
  await reloaded(open.page, () => extension.write("src/handler.ts", handler))
})
afterAll(async () => {
  await open?.close()
  await browser?.close()
  await Effect.runPromise(Scope.close(scope, Exit.void))
  await extension?.remove()
})

const ask = async (viewer: string, route: string) => {
  const answer = await fetch(new URL(`/as/${viewer}${route}`, server.url))
  return [answer.status, await answer.json()]
}

describe("alga-ext dev --node", () => {
  it("runs the handler in Node for the same viewers, with the same grants, and logs to the panel", async () => {
    expect(await ask("admin", "/api/node")).toEqual([200, "object"])
    expect(await ask("admin", "/api/count")).toEqual([200, { totalCount: 11 }])
    expect(await ask("portal", "/api/count")).toEqual([200, { totalCount: 1 }])
    expect(await ask("without-permission", "/api/count")).toEqual([
      403,
      { failed: expect.stringMatching(/not-allowed/) }
    ])
    await open.page.locator(".logs", { hasText: 'about to count {"at":1}' }).first().waitFor()
    expect(await ask("admin", "/api/throw")).toEqual([500, { error: "internal" }])
    await open.page
      .locator(".logs", { hasText: /broken on purpose[\s\S]*src\/handler\.ts:7:/ })
      .first()
      .waitFor()
  })

  it("compares both answers", async () => {
    await open.page.getByRole("button", { name: "Clear" }).click()
    await open.page.getByText("None yet.").waitFor()
    await ask("admin", "/api/count")
    const same = open.page.locator(".execution", { hasText: "/api/count" }).last()
    await same.getByRole("button", { name: "Compare with the sandbox" }).click()
    await same.getByText("Node and the sandbox give the same answer.").waitFor()
    expect(await ask("admin", "/api/granted")).toEqual([200, [true, false]])
    const granted = open.page.locator(".execution", { hasText: "/api/granted" }).last()
    await granted.getByRole("button", { name: "Compare with the sandbox" }).click()
    await granted.getByText("Node and the sandbox give the same answer.").waitFor()
    await ask("admin", "/api/node")
    const other = open.page.locator(".execution", { hasText: "/api/node" }).last()
    await other.getByRole("button", { name: "Compare with the sandbox" }).click()
    await other.getByText("The answers differ.").waitFor()
    expect(await other.locator(".side .body").allTextContents()).toEqual(['"object"', '"undefined"'])
  })

  it("lets a debugger attach on the loopback address, by Node's own token, and stop at a line of the sources", async () => {
    const address = new URL(await inspector)
    expect(address.hostname).toBe("127.0.0.1")
    expect(address.pathname).toMatch(/^\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    const socket = new WebSocket(address)
    const paused = Promise.withResolvers<string>()
    const told: Array<() => void> = []
    const tell = (method: string, params = {}) =>
      new Promise<void>((done) => socket.send(JSON.stringify({ id: told.push(done) - 1, method, params })))
    socket.addEventListener("message", ({ data }) => {
      const { id, method, params } = JSON.parse(String(data))
      if (method === "Debugger.paused") paused.resolve(params.callFrames[0].functionName)
      told[id]?.()
    })
    await new Promise((resolve) => socket.addEventListener("open", resolve))
    await tell("Debugger.enable")
    await tell("Debugger.setPauseOnExceptions", { state: "all" })
    const answer = ask("admin", "/api/throw")
    expect(typeof (await paused.promise)).toBe("string")
    await Promise.all([tell("Debugger.resume"), tell("Debugger.disable")])
    expect(await answer).toEqual([500, { error: "internal" }])
    socket.close()
  })

  it("goes on in a new process where one was ended", async () => {
    expect((await ask("admin", "/api/exit"))[0]).toBe(500)
    expect(await ask("admin", "/api/count")).toEqual([200, { totalCount: 11 }])
  })
})
