import { HttpFetch, type HttpFetchRequest } from "@alga-psa/ext-domain/HttpFetch"
import { assert, layer } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import type { FetchFixture } from "../MemoryInstalls.ts"
import { codeOf, installed, type PortData } from "./PortData.ts"

const fetch = (request: HttpFetchRequest) => Effect.flatMap(HttpFetch, (http) => http.fetch(request))

const bytes = Uint8Array.of(0, 255, 10)
const found = { status: 200, headers: [{ name: "x-c", value: "d" }], body: bytes }

/** Every guarantee of {@link HttpFetch} that can be shown from outside, one case each, against a service at this origin. */
export const httpFetchContract = <E>(
  name: string,
  adapter: Layer.Layer<HttpFetch | PortData, E>,
  origin = "https://service.example"
): void => {
  const url = `${origin}/a?b=c`
  const getting: HttpFetchRequest = { method: "GET", url, headers: [], body: null }
  const posting: HttpFetchRequest = { method: "POST", url, headers: [{ name: "x-a", value: "b" }], body: bytes }
  const answering = (answer: FetchFixture["answer"], method = "GET"): FetchFixture => ({ method, url, answer })

  layer(adapter)(`HttpFetch contract: ${name}`, (it) => {
    it.effect("gives the answer whole: status, headers and bytes", () =>
      Effect.gen(function* () {
        const { as } = yield* installed({ outside: [answering(found)] })
        const { body, headers, status } = yield* as(fetch(getting))
        assert.deepEqual([status, Array.from(body ?? [])], [200, Array.from(bytes)])
        assert.deepInclude(headers, { name: "x-c", value: "d" })
      })
    )

    it.effect("sends a request as it is, once", () =>
      Effect.gen(function* () {
        const { as, sent } = yield* installed({ outside: [answering(found, "POST")] })
        yield* as(fetch(posting))
        assert.deepEqual(yield* sent, [posting])
      })
    )

    it.effect.each([404, 500, 302])("takes the status %i for an answer, and asks nobody else", (status) =>
      Effect.gen(function* () {
        const headers = [{ name: "location", value: "https://other.example/" }]
        const { as, sent } = yield* installed({ outside: [answering({ status, headers, body: null })] })
        assert.strictEqual((yield* as(fetch(getting))).status, status)
        assert.strictEqual((yield* sent).length, 1)
      })
    )

    it.effect.each(["", "/a", "service.example", "ftp://service.example/", "file:///etc/passwd", "javascript:1"])(
      "says of the URL %j that it is invalid, and sends nothing",
      (address) =>
        Effect.gen(function* () {
          const { as, sent } = yield* installed({ outside: [answering(found)] })
          assert.strictEqual(yield* as(codeOf(fetch({ ...getting, url: address }))), "invalid-url")
          assert.deepEqual(yield* sent, [])
        })
    )

    it.effect("says that a URL with a user is invalid, and sends nothing", () =>
      Effect.gen(function* () {
        const withUser = url.replace("://", "://user:secret@")
        const { as, sent } = yield* installed({ outside: [{ ...answering(found), url: withUser }] })
        assert.strictEqual(yield* as(codeOf(fetch({ ...getting, url: withUser }))), "invalid-url")
        assert.deepEqual(yield* sent, [])
      })
    )

    it.effect.each(["NO METHOD", "GET\r\nx-a: b", "GÉT", "GET/"])(
      "says of the method %j that it is invalid, and sends nothing",
      (method) =>
        Effect.gen(function* () {
          const { as, sent } = yield* installed({ outside: [answering(found, method)] })
          for (const address of [url, "https://unlisted.example/"]) {
            assert.strictEqual(yield* as(codeOf(fetch({ ...getting, method, url: address }))), "invalid-url", address)
          }
          assert.deepEqual(yield* sent, [])
        })
    )

    it.effect.each(["https://elsewhere.example/", "http://127.0.0.1:1/", "http://169.254.169.254/latest/meta-data"])(
      "lets nothing out to %s, which nobody opened",
      (address) =>
        Effect.gen(function* () {
          const { as, sent } = yield* installed({ outside: [answering(found)] })
          assert.strictEqual(yield* as(codeOf(fetch({ ...getting, url: address }))), "not-allowed")
          assert.deepEqual(yield* sent, [])
        })
    )

    it.effect.each(["transport", "internal"] as const)(
      "fails with %s where no whole answer came, and does not try again",
      (code) =>
        Effect.gen(function* () {
          const { as, sent } = yield* installed({ outside: [answering(code)] })
          assert.strictEqual(yield* as(codeOf(fetch(getting))), code)
          assert.isAtMost((yield* sent).length, 1)
        })
    )
  })
}
