import { subscribe, unsubscribe } from "node:diagnostics_channel"
import { createServer, type ServerResponse } from "node:http"
import { networkInterfaces } from "node:os"
import { setImmediate } from "node:timers/promises"
import { gzipSync } from "node:zlib"
import { asExecution, HttpFetch, type HttpFetchError, type HttpFetchRequest } from "@alga-psa/ext-domain"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Redacted, Result, type Scope } from "effect"
import { TestClock } from "effect/testing"
import { vi } from "vitest"
import { parseAddressRanges } from "../src/EgressAddresses.ts"
import { parseEgressAllowlist } from "../src/EgressAllowlist.ts"
import { type HttpFetchOptions, layerHttpFetch } from "../src/HttpFetch.ts"
import { execution } from "./support/Execution.ts"
import { answering, certificateFor, listening, received, saying, serving, servingSecurely } from "./support/Outside.ts"
import { proxying } from "./support/Proxy.ts"

const ok = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
const loopback = "127.0.0.1"

interface Lists extends Partial<Omit<HttpFetchOptions, "entries" | "opened">> {
  readonly entries: string
  readonly opened?: string
}

const withFetch =
  ({ entries, opened = loopback, ...options }: Lists) =>
  <A, E>(effect: Effect.Effect<A, E, HttpFetch | Scope.Scope>) =>
    Effect.provide(
      effect,
      layerHttpFetch({
        bodyBytes: 1_000_000,
        ...options,
        entries: Result.getOrThrow(parseEgressAllowlist(entries)),
        opened: Result.getOrThrow(parseAddressRanges(opened))
      })
    ).pipe(Effect.scoped)

const send = (url: string, more: Partial<HttpFetchRequest> = {}, as = execution()) =>
  Effect.flatMap(HttpFetch, (http) => http.fetch({ method: "GET", url, headers: [], body: null, ...more })).pipe(
    asExecution(as)
  )

const bodyOf = (url: string, as = execution()) =>
  Effect.map(send(url, {}, as), ({ body }) => new TextDecoder().decode(body ?? new Uint8Array()))

const failed = <A, R>(call: Effect.Effect<A, HttpFetchError, R>) =>
  Effect.map(Effect.flip(call), ({ cause, code }) => ({ code, why: String(cause) }))

const codeOf = <A, R>(call: Effect.Effect<A, HttpFetchError, R>) => Effect.map(failed(call), ({ code }) => code)

/** Addresses by turns; the last one stays. */
const resolving = (...answers: ReadonlyArray<ReadonlyArray<string>>) => {
  const asked: Array<string> = []
  const resolve = async (hostname: string) => {
    asked.push(hostname)
    return answers[Math.min(asked.length, answers.length) - 1] ?? []
  }
  return { asked, resolve }
}

describe("An address behind a listed name", () => {
  it.effect("is not connected to where it is not open, and is where it is", () =>
    Effect.gen(function* () {
      const server = yield* serving((_, response) => response.end("ok"))
      const lists = { entries: `http://a.test:${server.port}`, ...resolving([loopback]) }
      const url = `http://a.test:${server.port}/`
      const denied = yield* failed(send(url)).pipe(withFetch({ ...lists, opened: "127.0.0.2, 10.0.0.0/8" }))
      assert.deepStrictEqual(denied, {
        code: "not-allowed",
        why: "Error: no address of the host is open: loopback"
      })
      assert.lengthOf(server.sockets, 0)
      assert.strictEqual(yield* bodyOf(url).pipe(withFetch(lists)), "ok")
    }).pipe(Effect.scoped)
  )

  it.effect.each([
    ["10.0.0.1"],
    ["169.254.169.254"],
    ["168.63.129.16"],
    ["0.0.0.0"],
    ["::"],
    ["::1"],
    ["::ffff:127.0.0.1"],
    ["::127.0.0.1"],
    ["64:ff9b::7f00:1"],
    ["fe80::1%lo"],
    ["fd00:ec2::254"],
    ["nonsense"],
    []
  ])("is not connected to: %s", (addresses) =>
    Effect.gen(function* () {
      const { resolve } = resolving(addresses)
      assert.strictEqual(
        yield* codeOf(send("https://a.test/")).pipe(withFetch({ entries: "a.test", opened: "", resolve })),
        "not-allowed"
      )
    })
  )

  it.effect("that is one of the machine's own is not connected to", () =>
    Effect.gen(function* () {
      for (const { address } of Object.values(networkInterfaces()).flatMap((all = []) => all)) {
        const { resolve } = resolving([address])
        const code = yield* codeOf(send("https://a.test/")).pipe(withFetch({ entries: "a.test", opened: "", resolve }))
        assert.strictEqual(code, "not-allowed")
      }
    })
  )

  it.effect("is the one that was judged: a name is looked up once for a connection, and anew for the next", () =>
    Effect.gen(function* () {
      const open = yield* answering(ok, (socket) => socket.end())
      const closed = yield* listening(createServer(), "127.0.0.2")
      const { asked, resolve } = resolving([loopback], ["127.0.0.2"])
      const url = (port: number) => `http://a.test:${port}/`
      yield* Effect.gen(function* () {
        assert.strictEqual(yield* bodyOf(url(open.port)), "ok")
        assert.lengthOf(asked, 1)
        assert.strictEqual(yield* codeOf(send(url(closed.port))), "not-allowed")
        assert.lengthOf(asked, 2)
        assert.lengthOf(closed.sockets, 0)
      }).pipe(withFetch({ entries: `http://a.test:${open.port}, http://a.test:${closed.port}`, resolve }))
    }).pipe(Effect.scoped)
  )

  it.effect("is left out beside one that is open", () =>
    Effect.gen(function* () {
      const server = yield* serving((_, response) => response.end("ok"))
      const { resolve } = resolving(["127.0.0.2", "10.0.0.1", loopback])
      const url = `http://a.test:${server.port}/`
      assert.strictEqual(yield* bodyOf(url).pipe(withFetch({ entries: `http://a.test:${server.port}`, resolve })), "ok")
    }).pipe(Effect.scoped)
  )

  it.effect("is judged again where the connection reached another", () =>
    Effect.gen(function* () {
      const server = yield* serving((_, response) => response.end("ok"))
      const lists = { entries: `http://a.test:${server.port}`, ...resolving(["0.0.0.0"]) }
      const url = `http://a.test:${server.port}/`
      const denied = yield* failed(send(url)).pipe(withFetch({ ...lists, opened: "0.0.0.0" }))
      assert.strictEqual(denied.why, "Error: the address that was reached is not open: loopback")
      assert.strictEqual(yield* bodyOf(url).pipe(withFetch({ ...lists, opened: "0.0.0.0, 127.0.0.1" })), "ok")
    }).pipe(Effect.scoped)
  )
})

describe("An address in a URL", () => {
  it.effect.each(["127.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]"])(
    "is judged however it is written: %s",
    (host) =>
      Effect.gen(function* () {
        const server = yield* serving((_, response) => response.end("ok"))
        const entries = `http://127.0.0.1:${server.port}, http://[::ffff:127.0.0.1]:${server.port}`
        const url = `http://${host}:${server.port}/`
        assert.strictEqual(yield* codeOf(send(url)).pipe(withFetch({ entries, opened: "" })), "not-allowed")
        assert.lengthOf(server.sockets, 0)
        assert.strictEqual(yield* bodyOf(url).pipe(withFetch({ entries })), "ok")
      }).pipe(Effect.scoped)
  )
})

describe("A host that is not listed", () => {
  it.effect.each([
    "https://b.test/",
    "https://a.test@b.test/",
    "https://xa.test/",
    "https://a.test./",
    "http://a.test/",
    "https://a.test:8443/",
    "https://b.test\\@a.test/",
    "https://127.0.0.1/"
  ])("is not looked up: %s", (url) =>
    Effect.gen(function* () {
      const { asked, resolve } = resolving([loopback])
      const code = yield* codeOf(send(url)).pipe(withFetch({ entries: "a.test", resolve }))
      assert.include(["not-allowed", "invalid-url"], code)
      assert.deepStrictEqual(asked, [])
    })
  )
})

describe("A request", () => {
  it.effect.each<Partial<HttpFetchRequest>>([
    { url: "https://user:secret@a.test/" },
    { url: "https://user@a.test/" },
    { method: "CONNECT" },
    { method: "GET / HTTP/1.1\r\nx: y\r\n\r\nGET" },
    { method: "" },
    { headers: [{ name: "x y", value: "" }] },
    { headers: [{ name: "x", value: "a\r\nhost: b.test" }] },
    { headers: [{ name: "x", value: "\u{100}" }] }
  ])("is invalid, and nothing is sent: %j", (request) =>
    Effect.gen(function* () {
      const server = yield* saying(() => {})
      const url = `http://a.test:${server.port}/`
      const { resolve } = resolving([loopback])
      const lists = { entries: `http://a.test:${server.port}, a.test`, resolve }
      assert.strictEqual(yield* codeOf(send(url, request)).pipe(withFetch(lists)), "invalid-url")
      assert.lengthOf(server.sockets, 0)
    }).pipe(Effect.scoped)
  )

  it.effect("has the guest's headers, without those of a connection and the host's own", () =>
    Effect.gen(function* () {
      const requests: Array<HttpFetchRequest & { readonly host: string | undefined }> = []
      const server = yield* serving(async (message, response) => {
        requests.push({ ...(await received("", message)), host: message.headers.host })
        response.end()
      })
      const dropped = [
        ["Host", "b.test"],
        ["Content-Length", "100"],
        ["Connection", "close, X-Named"],
        ["X-Named", "a"],
        ["Keep-Alive", "a"],
        ["TE", "trailers"],
        ["Trailer", "a"],
        ["Transfer-Encoding", "chunked"],
        ["Upgrade", "websocket"],
        ["Expect", "100-continue"],
        ["Proxy-Authorization", "a"],
        ["X-Alga-Tenant", "a"],
        ["X-Runner-Auth", "a"],
        ["x-ext-install-id", "a"]
      ]
      const kept = [
        ["Authorization", "Bearer a"],
        ["X-Api-Key", "\u00e9"],
        ["Content-Type", "text/plain"],
        ["Cookie", "a=b"],
        ["x-twice", "1"],
        ["x-twice", "2"]
      ]
      const named = (pairs: ReadonlyArray<ReadonlyArray<string>>) =>
        pairs.map(([name = "", value = ""]) => ({ name, value }))
      yield* send(`http://a.test:${server.port}/a%20b?c#d`, {
        method: "PUT",
        headers: named([...dropped, ...kept]),
        body: Uint8Array.of(1, 2)
      }).pipe(withFetch({ entries: `http://a.test:${server.port}`, ...resolving([loopback]) }))
      assert.deepStrictEqual(requests, [
        {
          method: "PUT",
          url: "/a%20b?c",
          headers: named(kept),
          body: Uint8Array.of(1, 2),
          host: `a.test:${server.port}`
        }
      ])
    }).pipe(Effect.scoped)
  )

  it.effect("may have a body up to the bound", () =>
    Effect.gen(function* () {
      const server = yield* serving((message, response) => message.pipe(response))
      const url = `http://a.test:${server.port}/`
      const lists = { entries: `http://a.test:${server.port}`, ...resolving([loopback]), bodyBytes: 10 }
      const post = (bytes: number) => send(url, { method: "POST", body: new Uint8Array(bytes) }).pipe(withFetch(lists))
      assert.strictEqual(yield* codeOf(post(11)), "not-allowed")
      assert.lengthOf(server.sockets, 0)
      assert.strictEqual((yield* post(10)).body?.byteLength, 10)
    }).pipe(Effect.scoped)
  )

  it.effect("is one of so many in an execution, each execution for itself", () =>
    Effect.gen(function* () {
      const server = yield* serving((_, response) => response.end("ok"))
      const url = `http://a.test:${server.port}/`
      const three = Effect.gen(function* () {
        const http = yield* HttpFetch
        const request = { method: "GET", url, headers: [], body: null }
        yield* http.fetch(request)
        yield* http.fetch(request)
        return yield* codeOf(http.fetch(request))
      })
      const as = execution()
      yield* Effect.gen(function* () {
        assert.strictEqual(yield* asExecution(as)(three), "not-allowed")
        assert.strictEqual(yield* asExecution(as)(three), "not-allowed")
      }).pipe(withFetch({ entries: `http://a.test:${server.port}`, ...resolving([loopback]), requests: 2 }))
    }).pipe(Effect.scoped)
  )

  it.effect("that nobody waits for any more ends its connection", () =>
    Effect.gen(function* () {
      const arrived = yield* Deferred.make<void>()
      const ended = yield* Deferred.make<void>()
      const server = yield* serving((message) => {
        Deferred.doneUnsafe(arrived, Effect.void)
        message.socket.once("close", () => Deferred.doneUnsafe(ended, Effect.void))
      })
      yield* Effect.gen(function* () {
        const fiber = yield* Effect.forkScoped(send(`http://a.test:${server.port}/`))
        yield* Deferred.await(arrived)
        yield* Fiber.interrupt(fiber)
        yield* Deferred.await(ended)
      }).pipe(withFetch({ entries: `http://a.test:${server.port}`, ...resolving([loopback]) }))
    }).pipe(Effect.scoped)
  )
})

/** Done when the head of the next answer arrived here. */
const headsArrived = Effect.gen(function* () {
  const arrived = yield* Deferred.make<void>()
  const done = () => Deferred.doneUnsafe(arrived, Effect.void)
  yield* Effect.acquireRelease(
    Effect.sync(() => subscribe("undici:request:headers", done)),
    () => Effect.sync(() => unsubscribe("undici:request:headers", done))
  )
  return arrived
})

const head = "HTTP/1.1 200 OK\r\n"
const cut = (text: string) => answering(text, (socket) => socket.end())

describe("An answer", () => {
  it.effect.each([
    ["nothing", "", "transport"],
    ["half a head", "HTTP/1.1 200 OK\r\nx-a: b", "transport"],
    ["what is no HTTP", "SSH-2.0-OpenSSH\r\n", "transport"],
    ["a head that is too large", `${head}x-a: ${"b".repeat(17_000)}\r\n\r\n`, "transport"],
    ["too many headers", `${head}${"x-a: b\r\n".repeat(201)}content-length: 0\r\n\r\n`, "transport"],
    ["a length that is no number", `${head}content-length: 2x\r\n\r\nok`, "transport"],
    ["two lengths", `${head}content-length: 2\r\ncontent-length: 3\r\n\r\nok`, "transport"],
    ["less than it said", `${head}content-length: 3\r\n\r\nok`, "internal"],
    ["half a chunk", `${head}transfer-encoding: chunked\r\n\r\n5\r\nok`, "internal"],
    ["a chunk that is none", `${head}transfer-encoding: chunked\r\n\r\nzz\r\nok\r\n`, "internal"],
    ["more than the bound", `${head}content-length: 65\r\n\r\n${"a".repeat(65)}`, "internal"],
    [
      "chunks beyond the bound",
      `${head}transfer-encoding: chunked\r\n\r\n${`20\r\n${"a".repeat(32)}\r\n`.repeat(3)}0\r\n\r\n`,
      "internal"
    ],
    ["a body without end", `${head}\r\n${"a".repeat(65)}`, "internal"]
  ] as const)("of %s fails", ([, text, code]) =>
    Effect.gen(function* () {
      const server = yield* cut(text)
      const lists = { entries: `http://a.test:${server.port}`, ...resolving([loopback]), bodyBytes: 64 }
      const { code: given, why } = yield* failed(send(`http://a.test:${server.port}/secret`)).pipe(withFetch(lists))
      assert.strictEqual(given, code)
      assert.notMatch(why, /secret|aaa|bbb/)
    }).pipe(Effect.scoped)
  )

  it.effect.each([
    ["as long as the bound", `${head}content-length: 64\r\n\r\n${"a".repeat(64)}`, "a".repeat(64)],
    ["in chunks", `${head}transfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`, "ok"],
    ["until the connection ends", `${head}\r\nok`, "ok"],
    ["after steps on the way", `HTTP/1.1 103 Early Hints\r\nx-a: b\r\n\r\n${ok}`, "ok"],
    ["with two hundred headers", `${head}${"x-a: b\r\n".repeat(199)}content-length: 2\r\n\r\nok`, "ok"],
    ["with garbage behind it", `${ok}HTTP/1.1 200 OK\r\n\r\nof another`, "ok"]
  ] as const)("%s is given whole", ([, text, body]) =>
    Effect.gen(function* () {
      const server = yield* cut(text)
      const lists = { entries: `http://a.test:${server.port}`, ...resolving([loopback]), bodyBytes: 64 }
      assert.strictEqual(yield* bodyOf(`http://a.test:${server.port}/`).pipe(withFetch(lists)), body)
    }).pipe(Effect.scoped)
  )

  it.effect("is handed over as it was sent: nothing is unpacked, and each header is its own", () =>
    Effect.gen(function* () {
      const packed = gzipSync("a".repeat(1_000_000))
      const asked: Array<string> = []
      const server = yield* serving((message, response) => {
        asked.push(String(message.headers["accept-encoding"]), String(message.headers["traceparent"]))
        response.writeHead(200, ["content-encoding", "gzip", "Set-Cookie", "a=\u00e9", "Set-Cookie", "b"]).end(packed)
      })
      const answer = yield* send(`http://a.test:${server.port}/`).pipe(
        Effect.withSpan("traced"),
        withFetch({ entries: `http://a.test:${server.port}`, ...resolving([loopback]), bodyBytes: 10_000 })
      )
      assert.deepStrictEqual(asked, ["undefined", "undefined"])
      assert.deepStrictEqual(answer.body, new Uint8Array(packed))
      assert.deepStrictEqual(
        answer.headers.filter(({ name }) => name === "Set-Cookie").map(({ value }) => value),
        ["a=\u00e9", "b"]
      )
    }).pipe(Effect.scoped)
  )

  it.effect.each([
    ["head", "", "transport"],
    ["body", `${head}content-length: 3\r\n\r\nok`, "internal"]
  ] as const)("whose %s does not come in time fails", ([, text, code]) =>
    Effect.gen(function* () {
      const begun = text === "" ? yield* Deferred.make<void>() : yield* headsArrived
      const server = yield* answering(text, () => text === "" && Deferred.doneUnsafe(begun, Effect.void))
      const ended = yield* Effect.gen(function* () {
        const fiber = yield* Effect.forkScoped(codeOf(send(`http://a.test:${server.port}/`)))
        yield* Deferred.await(begun)
        yield* TestClock.adjust("30 seconds")
        return yield* Fiber.join(fiber)
      }).pipe(withFetch({ entries: `http://a.test:${server.port}`, ...resolving([loopback]) }))
      assert.strictEqual(ended, code)
    }).pipe(Effect.scoped)
  )
})

describe("A certificate", () => {
  const answer = (_: unknown, response: ServerResponse) => void response.end("ok")

  it.effect("must be of the host's name and of a known authority", () =>
    Effect.gen(function* () {
      vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0")
      const server = yield* servingSecurely(answer, "a.test")
      const lists = { entries: `a.test:${server.port}, b.test:${server.port}`, ...resolving([loopback]) }
      const fetching = (host: string, ca?: string) =>
        failed(send(`https://${host}:${server.port}/`)).pipe(
          withFetch({ ...lists, ...(ca === undefined ? {} : { ca }) })
        )
      assert.deepStrictEqual(yield* fetching("b.test", server.ca), {
        code: "transport",
        why: "Error: ERR_TLS_CERT_ALTNAME_INVALID"
      })
      assert.deepStrictEqual(yield* fetching("a.test"), {
        code: "transport",
        why: "Error: DEPTH_ZERO_SELF_SIGNED_CERT"
      })
      const other = yield* certificateFor("a.test")
      assert.strictEqual((yield* fetching("a.test", other.cert)).code, "transport")
      assert.strictEqual(
        yield* bodyOf(`https://a.test:${server.port}/`).pipe(withFetch({ ...lists, ca: server.ca })),
        "ok"
      )
    }).pipe(Effect.ensuring(Effect.sync(() => vi.unstubAllEnvs())), Effect.scoped)
  )

  it.effect("of an address must name that address", () =>
    Effect.gen(function* () {
      const named = yield* servingSecurely(answer, loopback)
      const other = yield* servingSecurely(answer, "a.test")
      const fetching = ({ ca, port }: typeof named) =>
        send(`https://127.0.0.1:${port}/`).pipe(withFetch({ entries: `127.0.0.1:${port}`, ca }))
      assert.strictEqual(yield* codeOf(fetching(other)), "transport")
      assert.strictEqual((yield* fetching(named)).status, 200)
    }).pipe(Effect.scoped)
  )
})

/** A connection is free a turn of the event loop after the end of an answer. */
const free = Effect.promise(() => setImmediate())

describe("A connection", () => {
  it.effect("is kept for the install's next request, and for no other install's", () =>
    Effect.gen(function* () {
      const server = yield* serving((_, response) => response.end("ok"))
      const url = `http://a.test:${server.port}/`
      const [one, other] = [execution(), execution()]
      yield* Effect.gen(function* () {
        yield* send(url, {}, one)
        yield* free
        yield* send(url, {}, one)
        yield* free
        assert.lengthOf(server.sockets, 1)
        yield* send(url, {}, other)
        assert.lengthOf(server.sockets, 2)
        yield* send(url, {}, { ...one, tenantId: other.tenantId })
        assert.lengthOf(server.sockets, 3)
      }).pipe(withFetch({ entries: `http://a.test:${server.port}`, ...resolving([loopback]) }))
    }).pipe(Effect.scoped)
  )

  it.effect("that ends instead of an answer fails the request, which is not sent again", () =>
    Effect.gen(function* () {
      const arrived: Array<string | undefined> = []
      const server = yield* serving((message, response) => {
        arrived.push(message.url)
        if (message.url === "/a") response.end("ok")
        else message.socket.destroy()
      })
      const url = `http://a.test:${server.port}`
      yield* Effect.gen(function* () {
        const as = execution()
        yield* send(`${url}/a`, {}, as)
        yield* free
        assert.strictEqual(yield* codeOf(send(`${url}/b`, {}, as)), "transport")
        assert.deepStrictEqual(arrived, ["/a", "/b"])
        assert.lengthOf(server.sockets, 1)
      }).pipe(withFetch({ entries: `http://a.test:${server.port}`, ...resolving([loopback]) }))
    }).pipe(Effect.scoped)
  )

  it.effect("with garbage behind an answer gives none of it to the next request", () =>
    Effect.gen(function* () {
      const server = yield* saying((socket) => {
        socket.on("data", () => socket.write(`${ok}HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nwrong`))
      })
      const url = `http://a.test:${server.port}/`
      const as = execution()
      yield* Effect.gen(function* () {
        assert.strictEqual(yield* bodyOf(url, as), "ok")
        yield* free
        assert.strictEqual(yield* bodyOf(url, as), "ok")
      }).pipe(withFetch({ entries: `http://a.test:${server.port}`, ...resolving([loopback]) }))
    }).pipe(Effect.scoped)
  )

  it.effect("that nobody accepts fails the request", () =>
    Effect.gen(function* () {
      const lists = { entries: "http://a.test:1", ...resolving([loopback]) }
      assert.deepStrictEqual(yield* failed(send("http://a.test:1/")).pipe(withFetch(lists)), {
        code: "transport",
        why: "Error: ECONNREFUSED"
      })
    })
  )

  it.effect("is not made where the name has no address", () =>
    Effect.gen(function* () {
      const resolve = () => Promise.reject(Object.assign(new Error("secret"), { code: "ENOTFOUND" }))
      const lost = yield* failed(send("https://a.test/")).pipe(withFetch({ entries: "a.test", resolve }))
      assert.deepStrictEqual(lost, { code: "transport", why: "Error: ENOTFOUND" })
    })
  )
})

describe("A proxy", () => {
  it.effect("is not taken from the environment", () =>
    Effect.gen(function* () {
      const proxy = yield* proxying()
      for (const name of ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY"]) {
        vi.stubEnv(name, `http://127.0.0.1:${proxy.port}`)
      }
      vi.stubEnv("NODE_USE_ENV_PROXY", "1")
      const server = yield* serving((_, response) => response.end("ok"))
      const lists = { entries: `http://a.test:${server.port}`, ...resolving([loopback]) }
      assert.strictEqual(yield* bodyOf(`http://a.test:${server.port}/`).pipe(withFetch(lists)), "ok")
      assert.deepStrictEqual(proxy.asked, [])
    }).pipe(Effect.ensuring(Effect.sync(() => vi.unstubAllEnvs())), Effect.scoped)
  )

  it.effect("is asked for the address that was judged, and not for one that is not open", () =>
    Effect.gen(function* () {
      const proxy = yield* proxying()
      const server = yield* servingSecurely((_, response) => response.end("ok"), "a.test")
      const lists = {
        entries: `a.test:${server.port}`,
        ...resolving([loopback]),
        ca: server.ca,
        proxy: Redacted.make(new URL(`http://us%65r:p%40ss@127.0.0.1:${proxy.port}`))
      }
      const url = `https://a.test:${server.port}/`
      assert.strictEqual(yield* codeOf(send(url)).pipe(withFetch({ ...lists, opened: "" })), "not-allowed")
      assert.deepStrictEqual(proxy.asked, [])
      assert.strictEqual(yield* bodyOf(url).pipe(withFetch(lists)), "ok")
      assert.deepStrictEqual(proxy.asked, [
        { url: `127.0.0.1:${server.port}`, authorization: `Basic ${Buffer.from("user:p@ss").toString("base64")}` }
      ])
    }).pipe(Effect.scoped)
  )

  it.effect("that refuses fails the request, as does one that is away", () =>
    Effect.gen(function* () {
      const proxy = yield* proxying(403)
      const lists = { entries: "http://a.test", ...resolving([loopback]) }
      const through = (at: number) => ({ ...lists, proxy: Redacted.make(new URL(`http://127.0.0.1:${at}`)) })
      assert.deepStrictEqual(yield* failed(send("http://a.test/")).pipe(withFetch(through(proxy.port))), {
        code: "transport",
        why: "Error: the proxy answered 403"
      })
      assert.strictEqual(yield* codeOf(send("http://a.test/")).pipe(withFetch(through(1))), "transport")
    }).pipe(Effect.scoped)
  )
})

describe("A request beyond those that may be under way", () => {
  /** A server that answers when it is told to, and who asked it. */
  const holding = Effect.gen(function* () {
    const held: Array<ServerResponse> = []
    const asked: Array<string> = []
    const server = yield* serving(({ url = "" }, response) => {
      asked.push(url)
      held.push(response)
    })
    const arrived = (count: number) => vi.waitUntil(() => asked.length === count, { interval: 5, timeout: 120_000 })
    const address = `http://127.0.0.1:${server.port}`
    return { address, asked, held, arrived: (count: number) => Effect.promise(() => arrived(count)) }
  })
  const start = <A, E>(call: Effect.Effect<A, E, HttpFetch>) => Effect.forkScoped(call, { startImmediately: true })

  it.effect("waits for its turn, and one of another tenant does not wait for a tenant that has its share", () =>
    Effect.gen(function* () {
      const { address, arrived, asked, held } = yield* holding
      const [one, other] = [execution(), execution()]
      yield* Effect.gen(function* () {
        const calls = yield* Effect.forEach(["/1", "/2", "/3", "/4"], (path) => start(bodyOf(address + path, one)))
        yield* arrived(3)
        calls.push(yield* start(bodyOf(`${address}/5`, other)))
        yield* arrived(4)
        const late = yield* start(bodyOf(`${address}/6`, other))
        yield* Fiber.interrupt(late)
        assert.sameMembers(asked, ["/1", "/2", "/3", "/5"])
        for (let count = 4; held.length > 0; ) {
          held.shift()?.end("ok")
          if (count < 5) yield* arrived(++count)
        }
        for (const call of calls) assert.strictEqual(yield* Fiber.join(call), "ok")
        assert.lengthOf(asked, 5)
      }).pipe(withFetch({ entries: address, concurrency: 4 }))
    }).pipe(Effect.scoped)
  )

  it.effect("is sent, however many other installs ask while it waits", () =>
    Effect.gen(function* () {
      const first = Promise.withResolvers<ServerResponse>()
      const server = yield* serving(({ url }, response) => {
        if (url === "/first") first.resolve(response)
        else response.end("ok")
      })
      const address = `http://127.0.0.1:${server.port}`
      yield* Effect.gen(function* () {
        const calls = [yield* start(bodyOf(`${address}/first`))]
        const response = yield* Effect.promise(() => first.promise)
        for (let count = 0; count < 70; count++) calls.push(yield* start(bodyOf(address)))
        response.end("ok")
        for (const call of calls) assert.strictEqual(yield* Fiber.join(call), "ok")
      }).pipe(withFetch({ entries: address, concurrency: 1 }))
    }).pipe(Effect.scoped)
  )

  it.effect("fails once its time is over, and nothing is sent", () =>
    Effect.gen(function* () {
      const { address, arrived, asked, held } = yield* holding
      yield* Effect.gen(function* () {
        const first = yield* start(send(`${address}/1`))
        yield* arrived(1)
        const second = yield* start(failed(send(`${address}/2`)))
        held[0]?.writeHead(200, { "content-length": "2" }).write("o")
        yield* free
        yield* TestClock.adjust("30 seconds")
        assert.deepStrictEqual(yield* Fiber.join(second), {
          code: "transport",
          why: "Error: too many requests were under way"
        })
        yield* Fiber.interrupt(first)
        assert.deepStrictEqual(asked, ["/1"])
      }).pipe(withFetch({ entries: address, concurrency: 1 }))
    }).pipe(Effect.scoped)
  )
})

describe("A lookup", () => {
  it.effect("is one of two at the same time, and keeps its place until it ends", () =>
    Effect.gen(function* () {
      const asked: Array<(addresses: ReadonlyArray<string>) => void> = []
      const resolve = () => new Promise<ReadonlyArray<string>>((done) => void asked.push(done))
      const server = yield* serving((_, response) => response.end("ok"))
      yield* Effect.gen(function* () {
        const call = Effect.forkScoped(bodyOf(`http://a.test:${server.port}/`), { startImmediately: true })
        const [first, second, third] = [yield* call, yield* call, yield* call]
        yield* Fiber.interrupt(second)
        yield* free
        assert.lengthOf(asked, 2)
        asked[0]?.([loopback])
        assert.strictEqual(yield* Fiber.join(first), "ok")
        assert.lengthOf(asked, 3)
        asked[2]?.([loopback])
        assert.strictEqual(yield* Fiber.join(third), "ok")
        asked[1]?.([])
      }).pipe(withFetch({ entries: `http://a.test:${server.port}`, resolve }))
    }).pipe(Effect.scoped)
  )
})
