import { describe, expect, it } from "vitest"
import { fetchOver } from "../src/internal/web/fetchOver.ts"
import { Headers as OwnHeaders } from "../src/internal/web/Headers.ts"
import { Request as OwnRequest } from "../src/internal/web/Request.ts"
import { Response as OwnResponse } from "../src/internal/web/Response.ts"

/** The classes of Node are the standard's: what they answer is what these must. */
const own = { Headers: OwnHeaders, Request: OwnRequest, Response: OwnResponse } as unknown as Classes
const standard = { Headers, Request, Response } as Classes
interface Classes {
  readonly Headers: typeof Headers
  readonly Request: typeof Request
  readonly Response: typeof Response
}

const url = "https://service.example/a?b=c"
const bytes = Uint8Array.of(0, 255)

const outcome = async (run: (classes: Classes) => unknown, classes: Classes) => {
  try {
    return { value: await run(classes) }
  } catch (error) {
    return { failed: (error as Error).name }
  }
}

describe("fetch's classes answer as the standard's do", () => {
  it.each<[string, (classes: Classes) => unknown]>([
    [
      "headers, sorted and joined",
      ({ Headers }) => [
        ...new Headers([
          ["B", " 1\t"],
          ["a", "2"],
          ["b", "3"]
        ])
      ]
    ],
    ["headers of an object", ({ Headers }) => new Headers({ "X-A": "b" }).get("x-a")],
    ["headers of headers", ({ Headers }) => [...new Headers(new Headers({ a: "b" })).keys()]],
    ["a header that is not there", ({ Headers }) => [new Headers().get("a"), new Headers().has("a")]],
    [
      "set, append and delete",
      ({ Headers }) => {
        const headers = new Headers({ a: "1", b: "2" })
        headers.append("A", "3")
        headers.set("b", "4")
        headers.delete("c")
        const seen: Array<string> = []
        headers.forEach((value, name) => void seen.push(name, value))
        return [seen, [...headers.values()]]
      }
    ],
    [
      "cookies apart",
      ({ Headers }) => {
        const headers = new Headers([
          ["set-cookie", "a=1"],
          ["Set-Cookie", "b=2"]
        ])
        return [[...headers], headers.getSetCookie(), headers.get("set-cookie")]
      }
    ],
    ["a header name that is none", ({ Headers }) => new Headers({ "a b": "c" })],
    ["a header value with a line", ({ Headers }) => new Headers({ a: "b\nc" })],
    ["a header value beyond Latin-1", ({ Headers }) => new Headers({ a: "漢" })],
    ["a pair of three", ({ Headers }) => new Headers([["a", "b", "c"] as never])],
    ["headers of a text", ({ Headers }) => new Headers("a" as never)],

    [
      "a bare response",
      ({ Response }) => {
        const { body, bodyUsed, ok, redirected, status, statusText, type, url } = new Response()
        return { body, bodyUsed, ok, redirected, status, statusText, type, url }
      }
    ],
    [
      "a text and its type",
      async ({ Response }) => {
        const response = new Response("é")
        return [await response.text(), response.headers.get("content-type"), response.bodyUsed]
      }
    ],
    ["bytes", async ({ Response }) => Array.from(new Uint8Array(await new Response(bytes).arrayBuffer()))],
    [
      "bytes that are changed behind its back",
      async ({ Response }) => {
        const given = Uint8Array.of(1)
        const response = new Response(given)
        given[0] = 2
        return Array.from(new Uint8Array(await response.arrayBuffer()))
      }
    ],
    [
      "a form in an address",
      async ({ Response }) => {
        const response = new Response(new URLSearchParams({ a: "b c" }))
        return [response.headers.get("content-type"), await response.text()]
      }
    ],
    [
      "JSON",
      async ({ Response }) => [await new Response('{"a":1}').json(), Response.json([1]).headers.get("content-type")]
    ],
    ["JSON that is none", ({ Response }) => new Response("{").json()],
    [
      "a body that is read twice",
      async ({ Response }) => {
        const response = new Response("a")
        await response.text()
        return response.text()
      }
    ],
    [
      "no body, read twice",
      async ({ Response }) => {
        const response = new Response()
        return [await response.text(), await response.text()]
      }
    ],
    [
      "a clone",
      async ({ Response }) => {
        const response = new Response("a", { status: 404, statusText: "no", headers: { b: "c" } })
        const { headers, ok, status, statusText } = response.clone()
        return [ok, status, statusText, [...headers], await response.text()]
      }
    ],
    [
      "a clone of what was read",
      async ({ Response }) => {
        const response = new Response("a")
        await response.text()
        return response.clone()
      }
    ],
    ["a status out of range", ({ Response }) => new Response(null, { status: 99 })],
    ["a body of a 204", ({ Response }) => new Response("a", { status: 204 })],
    ["a redirect", ({ Response }) => [Response.redirect(url).status, Response.redirect(url).headers.get("location")]],

    [
      "a bare request",
      ({ Request }) => {
        const { bodyUsed, method, url: shown } = new Request(url)
        return { bodyUsed, method, shown }
      }
    ],
    [
      "methods",
      ({ Request }) => ["get", "post", "delete", "patch"].map((method) => new Request(url, { method }).method)
    ],
    ["a method that is none", ({ Request }) => new Request(url, { method: "a b" })],
    ["a forbidden method", ({ Request }) => new Request(url, { method: "connect" })],
    ["a body with GET", ({ Request }) => new Request(url, { body: "a" })],
    ["a relative address", ({ Request }) => new Request("/a")],
    ["a user in an address", ({ Request }) => new Request("https://a:b@service.example/")],
    ["a URL object", ({ Request }) => new Request(new URL(url)).url],
    [
      "a request of a request",
      async ({ Request }) => {
        const first = new Request(url, { method: "POST", body: "a", headers: { b: "c" } })
        const second = new Request(first, { headers: { d: "e" } })
        const { headers, method } = second
        return [method, headers.get("b"), headers.get("d"), await second.text(), first.bodyUsed]
      }
    ],
    [
      "a request of one that was read",
      async ({ Request }) => {
        const first = new Request(url, { method: "POST", body: "a" })
        await first.text()
        return new Request(first)
      }
    ]
  ])("%s", async (_, run) => {
    expect(await outcome(run, own)).toEqual(await outcome(run, standard))
  })
})

describe("what a component cannot have of fetch", () => {
  const http = (status = 200) => ({
    fetch: async () => ({ status, headers: [{ name: "location", value: "/b" }], body: bytes })
  })

  it.each<[string, () => unknown, RegExp]>([
    ["a stream", () => new OwnResponse("a").body, /no Response\.body: use arrayBuffer\(\), text\(\) or json\(\)/],
    ["a blob", () => new OwnResponse("a").blob(), /no Response\.blob\(\): use arrayBuffer\(\)/],
    ["a form", () => new OwnRequest(url).formData(), /no Request\.formData\(\): use text\(\)/],
    [
      "a body of a blob",
      () => new OwnResponse(new Blob(["a"])),
      /no body made of a Blob: use a string or a Uint8Array/
    ],
    ["redirects", () => fetchOver(http())(url, { redirect: "follow" }), /fetch the address in the location header/],
    ["integrity", () => fetchOver(http())(url, { integrity: "sha256-a" }), /compare the bytes/]
  ])("is refused by name, with what to use: %s", async (_, run, message) => {
    await expect((async () => run())()).rejects.toThrow(message)
  })

  it("takes a redirect for an answer, unless it is asked to refuse one", async () => {
    const answer = await fetchOver(http(302))(url)
    expect([answer.status, answer.ok, answer.headers.get("location")]).toEqual([302, false, "/b"])
    await expect(fetchOver(http(302))(url, { redirect: "error" })).rejects.toThrow(TypeError)
  })

  it("gives whatever status a server answers, and no body where there can be none", async () => {
    expect((await fetchOver(http(999))(url)).status).toBe(999)
    expect((await (await fetchOver(http(204))(url)).text()).length).toBe(0)
  })

  it("sends nothing for a signal that is aborted already", async () => {
    const unasked = { fetch: () => Promise.reject(new Error("it was sent")) }
    await expect(fetchOver(unasked)(url, { signal: AbortSignal.abort(new Error("stopped")) })).rejects.toThrow(
      "stopped"
    )
  })
})
