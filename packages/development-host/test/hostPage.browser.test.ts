import { createServer, request } from "node:http"
import type { AddressInfo } from "node:net"
import { ids } from "@alga-psa/ext-adapters-memory"
import type { BrowserContext, Frame } from "playwright-core"
import { afterEach, describe, expect, it } from "vitest"
import { sampleBrowser } from "../testing/SampleBrowser.ts"
import { exchange, looks } from "../testing/TestPage.ts"

const sample = sampleBrowser()

/** Opens the sample, and waits until its page has shown its list: then it asks nothing by itself any more. */
const open: typeof sample.open = async (viewer, look, own) => {
  const opened = await sample.open(viewer, look, own)
  await opened.frame.getByText("of 11 clients").waitFor()
  return opened
}

const message = (type: string, request_id: string | undefined, payload: unknown = {}) => ({
  alga: true,
  version: "1",
  type,
  request_id,
  payload
})
const call = (request_id: string, route: unknown, more: object = {}) =>
  message("apiproxy", request_id, { route, ...more })
const listing = "/api/clients?pageSize=1"
const last = call("last", listing, { method: "GET" })

/** What the host says to these messages, by their request ids; those that it does not answer are missing. */
const answers = async (frame: Frame, ...messages: ReadonlyArray<unknown>) => {
  const { last: ended, ...others } = Object.fromEntries(
    (await exchange(frame, [...messages, last], ["last"])).map(({ id, payload }) => [id, payload])
  )
  expect(ended).toHaveProperty("body")
  return others
}

/** The same for requests that reach the handler, which may answer them in any order: waits for all of them. */
const answered = async (frame: Frame, ...requests: ReadonlyArray<ReturnType<typeof call>>) => {
  const ids = requests.map(({ request_id }) => request_id ?? "")
  return Object.fromEntries((await exchange(frame, requests, ids)).map(({ id, payload }) => [id, payload]))
}

interface Told {
  readonly type: string
  readonly payload: Readonly<Record<string, string>>
}

/**
 * Begins to listen, and sends these messages and a last request. Gives what the page hears beside the answer to that, up to a
 * message of this type.
 */
const listening = async (frame: Frame, messages: ReadonlyArray<unknown>, until: string) => {
  await frame.evaluate(`void (globalThis.told = new Promise((resolve) => {
    const told = []
    addEventListener("message", ({ data }) => {
      if (data.type !== "apiproxy_response") told.push(data)
      if (data.type === ${JSON.stringify(until)}) resolve(told)
    })
    const origin = new URLSearchParams(location.search).get("parentOrigin")
    for (const message of ${JSON.stringify([...messages, last])}) parent.postMessage(message, origin)
  }))`)
  return () => frame.evaluate<ReadonlyArray<Told>>("told")
}
const heard = async (frame: Frame, messages: ReadonlyArray<unknown>, until: string) =>
  (await listening(frame, messages, until))()

const cleanups: Array<() => unknown> = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

/** A profile without a page. */
const ownContext = async (): Promise<BrowserContext> => {
  const context = await sample.browser().newContext()
  cleanups.push(() => context.close())
  context.setDefaultTimeout(120_000)
  return context
}

/** An origin of somebody else, on the loopback address, that serves one document and counts who asks. */
const foreignSite = async (html: string) => {
  let hits = 0
  const server = createServer((_, response) => {
    hits += 1
    response.setHeader("content-type", "text/html").end(html)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  cleanups.push(() => server.close())
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, hits: () => hits }
}

/** A request as any program can send it, with headers that a browser would not let a site choose. */
const send = (address: string, headers: Readonly<Record<string, string>>, method = "GET") =>
  new Promise<{ status: number; location: string | undefined }>((resolve, reject) => {
    const sent = request(address, { method, headers }, (response) => {
      response.resume()
      resolve({ status: response.statusCode ?? 0, location: response.headers.location })
    })
    sent.on("error", reject).end()
  })

describe("a page's messages", () => {
  it("are answered with the handler's own body", async () => {
    const { frame } = await open("admin-user")
    const { one } = await answered(frame, call("one", "/api/clients?search=evergreen", { method: "GET" }))
    const { items } = JSON.parse(Buffer.from(one?.body ?? "", "base64").toString())
    expect(items).toMatchObject([{ clientName: "Evergreen Dental Group" }])
  })

  it("get nothing when they say that the page is ready, unless the host shall tell the theme", async () => {
    const ready = message("ready", "hello")
    const silent = await open("admin-user", looks.light, true)
    expect(await heard(silent.frame, [ready], "apiproxy_response")).toEqual([])
    const told = await open("admin-user", looks.dark, true)
    const [theme] = await heard(told.frame, [ready], "theme")
    expect(theme).toEqual({ alga: true, version: "1", type: "theme", payload: expect.any(Object) })
    expect(theme?.payload["--alga-bg"]).toBe("#0e131b")
    const changed = await listening(told.frame, [], "theme")
    await told.page.locator("#theme").selectOption("light")
    expect((await changed())[0]?.payload["--alga-bg"]).toBe("#ffffff")
    const switched = await listening(silent.frame, [], "theme")
    await silent.page.getByLabel("Tell the page the theme").check()
    expect((await switched())[0]?.type).toBe("theme")
  })

  it("mean POST where an older page names no method", async () => {
    const { asked, frame } = await open("admin-user")
    const body = Buffer.from("{}").toString("base64")
    expect(await answered(frame, call("bare", "/api/clients"), call("full", "/api/clients", { body }))).toEqual({
      bare: { error: 'Proxy error 405: {"error":"method-not-allowed"}' },
      full: { error: 'Proxy error 405: {"error":"method-not-allowed"}' }
    })
    expect(asked).toContain("POST /api/clients")
  })

  it("are refused with a body in a GET, another method, or a body that is not base64 or too large", async () => {
    const { asked, frame } = await open("admin-user")
    const before = asked.length
    expect(
      await answers(
        frame,
        call("get", listing, { method: "GET", body: "e30=" }),
        call("trace", listing, { method: "TRACE" }),
        call("text", listing, { body: "%%%" }),
        call("number", listing, { body: 7 }),
        call("large", listing, { body: "A".repeat(13_981_016 + 4) })
      )
    ).toEqual({
      get: { error: "GET requests cannot include a body" },
      trace: { error: "Unsupported method" },
      text: { error: "Invalid body" },
      number: { error: "Invalid body" },
      large: { error: "Invalid body" }
    })
    expect(asked.slice(before)).toEqual([`GET ${listing}`])
  })

  it("lead to no other extension, route or origin", async () => {
    const { frame, page } = await open("admin-user")
    const outside: Array<string> = []
    page.on("request", (sent) => {
      if (!sent.url().includes(`/api/ext-proxy/${ids.extensions.full}/api/clients`)) outside.push(sent.url())
    })
    const other = ids.extensions.ungranted
    const routes = [
      `/../${other}/api/clients`,
      `/%2e%2e/${other}/api/clients`,
      `\\..\\..\\${other}\\api`,
      `../../..`,
      "",
      null,
      7,
      `/${"x".repeat(9_000)}`
    ]
    const refused = await answers(frame, ...routes.map((route, index) => call(`r${index}`, route, { method: "GET" })))
    expect(refused).toEqual(Object.fromEntries(routes.map((_, index) => [`r${index}`, { error: "Invalid route" }])))
    expect(outside).toEqual([])
  })

  it("count from the frame's own window, and from no other of its origin", async () => {
    const { asked, frame } = await open("admin-user")
    await frame.evaluate(`document.body.append(document.createElement("iframe"))`)
    const [inner] = frame.childFrames()
    expect(await inner?.evaluate("origin")).toBe(await frame.evaluate("origin"))
    const before = asked.length
    const other = call("other", "/api/services?pageSize=1", { method: "GET" })
    await inner?.evaluate(`top.postMessage(${JSON.stringify(other)}, "*")`)
    expect(await answers(frame)).toEqual({})
    expect(asked.slice(before)).toEqual([`GET ${listing}`])
  })

  it("of another version, an unknown type or no envelope get nothing", async () => {
    const { asked, frame } = await open("admin-user")
    const before = asked.length
    const known = call("x", listing, { method: "GET" })
    const ignored = [
      { ...known, version: "2" },
      { ...known, version: 1 },
      { ...known, alga: "true" },
      { ...known, type: "execute" },
      { ...known, request_id: undefined },
      { ...known, request_id: "" },
      { ...known, request_id: "x".repeat(201) },
      "apiproxy",
      null,
      []
    ]
    expect(await answers(frame, ...ignored)).toEqual({})
    expect(asked.slice(before)).toEqual([`GET ${listing}`])
  })

  it("set the frame's height within bounds, and the address not at all", async () => {
    const { frame, page } = await open("admin-user")
    const needed = await frame.evaluate<number>("Math.ceil(document.body.getBoundingClientRect().height)")
    await page.waitForFunction(`document.getElementById("page").style.height === "${needed}px"`)
    const height = () => page.locator("#page").evaluate((element) => element.getBoundingClientRect().height)
    await answers(frame, message("resize", undefined, { height: 1e9 }))
    expect(await height()).toBe(4_000)
    await answers(frame, message("resize", undefined, { height: -5 }))
    expect(await height()).toBe(100)
    await answers(frame, message("resize", undefined, { height: "600" }))
    expect(await height()).toBe(100)
    const address = page.url()
    await answers(frame, message("navigate", "nav", { path: "/services" }))
    await answers(frame, message("navigate", "nav", { path: "https://elsewhere.example/" }))
    expect(page.url()).toBe(address)
  })
})

describe("windows that are not the extension's page", () => {
  it("get nothing, the host page's own among them", async () => {
    const { asked, frame, page } = await open("admin-user")
    const before = asked.length
    await page.evaluate(`postMessage(${JSON.stringify(call("own", listing))}, "*")`)
    expect(await answers(frame)).toEqual({})
    expect(asked.slice(before)).toEqual([`GET ${listing}`])
  })

  it("get nothing from within the frame, when it shows another origin", async () => {
    const { asked, page } = await open("admin-user")
    const before = asked.length
    await page.evaluate(`new Promise((resolve) => {
      const frame = document.getElementById("page")
      frame.addEventListener("load", resolve, { once: true })
      frame.src = "about:blank"
    })`)
    const inner = page.frames().find((one) => one.parentFrame() !== null)
    await page.evaluate(`void (globalThis.heard = new Promise((resolve) => {
      addEventListener("message", ({ data, origin, source }) => {
        const frame = document.getElementById("page")
        if (data.request_id === "inner") resolve([origin === location.origin, source === frame.contentWindow])
      })
    }))`)
    await inner?.evaluate(`parent.postMessage(${JSON.stringify(call("inner", listing))}, "*")`)
    expect(await page.evaluate("heard")).toEqual([true, true])
    expect(asked.slice(before)).toEqual([])
  })

  it("lose the host page when they open it", async () => {
    const context = await ownContext()
    const page = await context.newPage()
    await page.goto((await foreignSite("<h1>elsewhere</h1>")).address)
    const address = JSON.stringify(sample.hosted().addressOf("admin-user"))
    const [popup] = await Promise.all([
      context.waitForEvent("page"),
      page.evaluate(`void (globalThis.opened = open(${address}))`)
    ])
    await popup.frameLocator("#page").locator("h1").waitFor()
    await page.waitForFunction("opened.closed")
    expect(await popup.evaluate("opener")).toBe(null)
  })

  it.each(["host page", "extension's page"])("cannot frame the %s", async (framed) => {
    const { addressOf, contentHash, frames } = sample.hosted()
    const { address: site } = await foreignSite("<h1>elsewhere</h1><iframe id=page></iframe>")
    const own = `${frames}/ext-ui/${ids.extensions.full}/${contentHash}/index.html?tenant=${ids.tenants.acme}`
    const address = framed === "host page" ? addressOf("admin-user") : `${own}&parentOrigin=${encodeURIComponent(site)}`
    const page = await (await ownContext()).newPage()
    await page.goto(site)
    const blocked = page.waitForEvent("console", (line) => line.text().includes("frame-ancestors"))
    await page.evaluate(`document.getElementById("page").src = ${JSON.stringify(address)}`)
    await blocked
    expect(page.frames().map((frame) => frame.url())).not.toContain(address)
  })
})

describe("the extension's page", () => {
  it("reaches neither the document around it nor its storage, and opens no window", async () => {
    const { frame, takeErrors } = await open("admin-user")
    const attempt = (code: string) =>
      frame.evaluate(`(() => { try { return String(${code}) } catch (error) { return error.name } })()`)
    expect(await attempt("parent.document")).toBe("SecurityError")
    expect(await attempt("parent.localStorage")).toBe("SecurityError")
    expect(await attempt('open("about:blank")')).toBe("null")
    expect(await attempt('(top.location = "about:blank")')).toBe("SecurityError")
    expect(takeErrors().map((text) => /sandboxed/.test(text))).toEqual([true, true])
  })

  it("can fetch nothing, load no script of elsewhere and frame nothing", async () => {
    const { frame, takeErrors } = await open("admin-user")
    const { address, hits } = await foreignSite("")
    const violated = frame.evaluate(`new Promise((resolve) => {
      const violated = []
      addEventListener("securitypolicyviolation", ({ effectiveDirective }) => {
        if (violated.push(effectiveDirective) === 3) resolve(violated.sort())
      })
      fetch(${JSON.stringify(address)}).catch(() => undefined)
      document.head.append(Object.assign(document.createElement("script"), { src: ${JSON.stringify(address)} }))
      document.body.append(Object.assign(document.createElement("iframe"), { src: ${JSON.stringify(address)} }))
    })`)
    expect(await violated).toEqual(["connect-src", "frame-src", "script-src-elem"])
    expect(hits()).toBe(0)
    expect(takeErrors().filter((text) => !text.includes("Content Security Policy"))).toEqual([])
  })
})

describe("a form of the extension's page", () => {
  /** What comes of a form that posts to another site: the directive that stops it. */
  const post = (address: string) => `new Promise((resolve) => {
    addEventListener("securitypolicyviolation", ({ effectiveDirective }) => resolve(effectiveDirective))
    const form = Object.assign(document.createElement("form"), { action: ${JSON.stringify(address)}, method: "post" })
    document.body.append(form)
    form.submit()
  })`

  it("posts nowhere where the page is opened alone, without the frame around it", async () => {
    const { contentHash, frames } = sample.hosted()
    const { address, hits } = await foreignSite("")
    const page = await (await ownContext()).newPage()
    await page.goto(`${frames}/ext-ui/${ids.extensions.full}/${contentHash}/index.html?tenant=${ids.tenants.acme}`)
    expect(await page.evaluate(post(address))).toBe("form-action")
    expect(await page.evaluate(post(`${frames}/elsewhere`))).toBe("form-action")
    expect(hits()).toBe(0)
  })

  it("posts nowhere in its frame", async () => {
    const { close, frame, page, takeErrors } = await open("admin-user")
    const { address, hits } = await foreignSite("")
    const blocked = page.waitForEvent("console", (line) => /form submission|form-action/i.test(line.text()))
    await frame.evaluate(`void ${post(address)}`)
    await blocked
    expect(hits()).toBe(0)
    // Both the page's policy and the host's stop it, and each says so.
    await close()
    takeErrors()
  })
})

describe("the host page's server", () => {
  it("sends every header that keeps a page to itself", async () => {
    const { addressOf, frames } = sample.hosted()
    const { headers } = await fetch(addressOf("admin-user"))
    const names = ["content-security-policy", "x-content-type-options", "referrer-policy", "cache-control"]
    const own = ["cross-origin-opener-policy", "cross-origin-resource-policy", "access-control-allow-origin"]
    expect([...names, ...own].map((name) => headers.get(name))).toEqual([
      [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src data:",
        `frame-src ${frames}`,
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'"
      ].join("; "),
      "nosniff",
      "no-referrer",
      "no-store",
      "same-origin",
      "same-origin",
      null
    ])
  })

  const proxied = (extension: string) =>
    `${new URL(sample.hosted().addressOf("admin-user")).origin}/api/ext-proxy/${extension}/api/clients`
  const session = (name: string) => ({ "x-alga-host-session": sample.hosted().sessionOf(name) })

  it("answers the session of a page about its own extension, and about no other", async () => {
    expect(await send(proxied(ids.extensions.full), session("admin-user"))).toMatchObject({ status: 200 })
    expect(await send(proxied(ids.extensions.ungranted), session("admin-user"))).toMatchObject({ status: 404 })
    expect(await send(proxied(ids.extensions.full), session("no-grant"))).toMatchObject({ status: 404 })
  })

  it("answers nobody without a session", async () => {
    expect(await send(proxied(ids.extensions.full), {})).toMatchObject({ status: 401 })
    expect(await send(proxied(ids.extensions.full), { "x-alga-host-session": "" })).toMatchObject({ status: 401 })
  })

  it("answers its own address alone, whatever name was made to point at it", async () => {
    const address = sample.hosted().addressOf("admin-user")
    const { port } = new URL(address)
    expect(await send(address, {})).toMatchObject({ status: 200 })
    expect(await send(address, { host: `evil.example:${port}` })).toMatchObject({ status: 421 })
    expect(await send(address, { host: "127.0.0.1" })).toMatchObject({ status: 421 })
    expect(await send(address, { host: `localhost:${port}` })).toEqual({ status: 307, location: address })
    const frames = `${sample.hosted().frames}/ext-ui/x/y/index.html`
    expect(await send(frames, { host: "evil.example" })).toMatchObject({ status: 421 })
  })

  it("refuses what another site sends", async () => {
    const allowed = { ...session("admin-user"), origin: new URL(sample.hosted().addressOf("x")).origin }
    expect(await send(proxied(ids.extensions.full), allowed)).toMatchObject({ status: 200 })
    const foreign = { ...session("admin-user"), origin: sample.hosted().frames }
    expect(await send(proxied(ids.extensions.full), foreign)).toMatchObject({ status: 421 })
    expect(await send(proxied(ids.extensions.full), { ...foreign, origin: "null" })).toMatchObject({ status: 421 })
  })
})
