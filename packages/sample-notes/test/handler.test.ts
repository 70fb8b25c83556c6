import {
  createMockHostBindings,
  type HttpFixture,
  mockClients,
  mockFetch,
  mockHttp,
  mockScheduler,
  mockSecrets,
  mockStorage
} from "@alga-psa/ext-extension-sdk"
import { afterEach, describe, expect, it, vi } from "vitest"
import { handle } from "../src/handler.ts"
import { failureText, stateText } from "../ui/src/words.ts"

const id = "00000000-0000-4000-8000-000000000001"
const other = "00000000-0000-4000-8000-000000000002"
const url = "https://service.example/status"
type Answer = HttpFixture["answer"]

afterEach(() => {
  vi.unstubAllGlobals()
})

/** The extension over a host of its own, and what that sent to the outside. */
const installed = ({
  answer = { status: 200 },
  secrets = { status_url: url, status_token: "s3cret" }
}: {
  readonly answer?: Answer
  readonly secrets?: Readonly<Record<string, string>>
} = {}) => {
  const http = mockHttp([{ url, answer }])
  vi.stubGlobal("fetch", mockFetch(http))
  const host = createMockHostBindings({
    clients: mockClients([{ clientId: id, clientName: "Alpha" }]),
    storage: mockStorage(),
    secrets: mockSecrets(secrets),
    scheduler: mockScheduler([{ path: "/api/status", method: "POST" }]),
    http
  })
  const send = async (method: string, path: string, given?: unknown) => {
    const body = given === undefined ? undefined : new TextEncoder().encode(JSON.stringify(given))
    const context = { tenantId: "t", extensionId: "e" }
    const response = await handle(
      { context, http: { method, url: path, headers: [], ...(body ? { body } : {}) } },
      host
    )
    return { status: response.status, body: JSON.parse(new TextDecoder().decode(response.body ?? undefined)) }
  }
  return { send, sent: http.sent }
}

describe("a note", () => {
  it("is kept for its client, and is empty before", async () => {
    const { send } = installed()
    expect(await send("GET", `/api/notes/${id}`)).toEqual({ status: 200, body: { text: "", revision: null } })
    expect(await send("PUT", `/api/notes/${id}`, { text: "a", revision: null })).toMatchObject({ status: 200 })
    expect(await send("GET", `/api/notes/${id}`)).toEqual({ status: 200, body: { text: "a", revision: 1 } })
  })

  it("is not written over another's", async () => {
    const { send } = installed()
    await send("PUT", `/api/notes/${id}`, { text: "a", revision: null })
    await send("PUT", `/api/notes/${id}`, { text: "b", revision: 1 })
    expect(await send("PUT", `/api/notes/${id}`, { text: "c", revision: 1 })).toEqual({
      status: 409,
      body: { error: "conflict" }
    })
    expect(await send("GET", `/api/notes/${id}`)).toMatchObject({ body: { text: "b" } })
  })

  it("of a client that the caller does not see is not found", async () => {
    const { send } = installed()
    expect(await send("GET", `/api/notes/${other}`)).toMatchObject({ status: 404 })
    expect(await send("PUT", `/api/notes/${other}`, { text: "a", revision: null })).toMatchObject({ status: 404 })
  })

  it.each([{}, { text: 1, revision: null }, { text: "a" }, { text: "x".repeat(4_001), revision: null }])(
    "is refused as %j",
    async (given) => {
      expect(await installed().send("PUT", `/api/notes/${id}`, given)).toMatchObject({ status: 400 })
    }
  )
})

describe("the service", () => {
  it("is asked with the secret, and what it said is kept without it", async () => {
    const { send, sent } = installed()
    expect(await send("GET", "/api/status")).toEqual({ status: 200, body: { latest: null, scheduled: false } })
    expect(await send("POST", "/api/status")).toMatchObject({ status: 200, body: { latest: { state: "up" } } })
    expect(sent).toMatchObject([{ url, headers: [{ name: "authorization", value: "Bearer s3cret" }] }])
    const { body } = await send("GET", "/api/status")
    expect(body).toMatchObject({ latest: { state: "up" } })
    expect(JSON.stringify(body)).not.toContain("s3cret")
  })

  it.each([
    [{ status: 503 }, "failing"],
    ["transport", "away"]
  ] as const)("that answers %j is %s", async (answer, state) => {
    expect(await installed({ answer }).send("POST", "/api/status")).toMatchObject({ body: { latest: { state } } })
  })

  it("cannot be asked where its host is not listed or a secret is missing", async () => {
    expect(await installed({ answer: "not-allowed" }).send("POST", "/api/status")).toMatchObject({ status: 403 })
    expect(await installed({ secrets: {} }).send("POST", "/api/status")).toMatchObject({ status: 404 })
  })
})

describe("the schedule", () => {
  it("is made once, and ends", async () => {
    const { send } = installed()
    expect(await send("PUT", "/api/schedule")).toMatchObject({ status: 200, body: { scheduled: true } })
    expect(await send("PUT", "/api/schedule")).toMatchObject({ status: 200, body: { scheduled: true } })
    expect(await send("DELETE", "/api/schedule")).toMatchObject({ status: 200, body: { scheduled: false } })
  })
})

describe("routes", () => {
  it.each([
    ["GET", "/"],
    ["GET", "/api/notes"],
    ["POST", "/api/clients"],
    ["GET", `/api/notes/${id}/more`],
    ["GET", "/api/constructor"]
  ])("are no more than these: %s %s", async (method, path) => {
    expect(await installed().send(method, path)).toMatchObject({ status: 404, body: { error: "not-found" } })
  })
})

describe("words", () => {
  it("say what the service said, and when", () => {
    expect(stateText({ latest: null })).toContain("not checked")
    expect(stateText({ latest: { state: "away", answeredAt: null } })).toBe("The service does not answer.")
    const answeredAt = "Thu, 01 Jan 1970 00:00:00 GMT"
    expect(stateText({ latest: { state: "up", answeredAt } })).toBe(`The service is up. It answered on ${answeredAt}.`)
  })

  it("say what a failure means, and show no code", () => {
    expect(failureText(new Error('Proxy error 409: {"error":"conflict"}'))).toContain("Somebody else")
    expect(failureText(new Error("Proxy error 502: bad gateway"))).toContain("Something went wrong")
  })
})
