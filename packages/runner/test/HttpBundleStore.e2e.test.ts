import { ids } from "@alga-psa/ext-adapters-memory"
import { assert, describe, it } from "@effect/vitest"
import { Context, Duration, Effect, Layer, Redacted } from "effect"
import { archiveBytes, BundleStore, bundlePath } from "../src/BundleStore.ts"
import * as HttpBundleStore from "../src/HttpBundleStore.ts"
import { credentials, type ObjectStore, objectStore } from "./support/ObjectStore.ts"

const key = { tenant: ids.tenants.acme, extension: ids.extensions.full, hash: "ab".repeat(32) }
const archive = new Uint8Array([1, 2, 3])

const signing = { ...credentials, secretAccessKey: Redacted.make(credentials.secretAccessKey) }

const over = ({ base }: ObjectStore, options: Partial<HttpBundleStore.HttpStoreOptions> = {}) =>
  Effect.map(Layer.build(HttpBundleStore.layer({ base, credentials: signing, ...options })), (context) =>
    Context.get(context, BundleStore)
  )

const holding = Effect.tap(objectStore, (store) => Effect.sync(() => store.objects.set(bundlePath(key), archive)))

const refusal = <A>(read: Effect.Effect<A, { readonly reason: string }>) =>
  Effect.map(Effect.flip(read), ({ reason }) => reason)

describe("a bundle store over HTTP", () => {
  it.live("gives an archive to signed requests", () =>
    Effect.gen(function* () {
      const store = yield* over(yield* holding)
      assert.deepStrictEqual([...(yield* store.read(key))], [...archive])
      yield* store.check
    })
  )

  it.live("says that an archive is not there, and asks only once", () =>
    Effect.gen(function* () {
      const objects = yield* holding
      const store = yield* over(objects)
      assert.strictEqual(yield* refusal(store.read({ ...key, tenant: ids.tenants.borealis })), "not-found")
      assert.strictEqual(objects.requests, 1)
    })
  )

  it.live("is unavailable with wrong credentials, and without any", () =>
    Effect.gen(function* () {
      const objects = yield* holding
      const wrong = { ...signing, secretAccessKey: Redacted.make("another") }
      assert.strictEqual(yield* refusal((yield* over(objects, { credentials: wrong })).read(key)), "unavailable")
      assert.strictEqual(yield* refusal((yield* over(objects, { credentials: null })).read(key)), "unavailable")
      assert.strictEqual(objects.requests, 2)
    })
  )

  it.live("asks again after a failure that passes", () =>
    Effect.gen(function* () {
      const objects = yield* holding
      const store = yield* over(objects)
      objects.trouble = (request, response) => {
        if (objects.requests === 2) objects.trouble = null
        if (objects.requests === 1) response.writeHead(503).end()
        else request.socket.destroy()
      }
      assert.deepStrictEqual([...(yield* store.read(key))], [...archive])
      assert.strictEqual(objects.requests, 3)
    })
  )

  it.live("gives up after three failures", () =>
    Effect.gen(function* () {
      const objects = yield* holding
      const store = yield* over(objects)
      objects.trouble = (_, response) => response.writeHead(500).end()
      assert.strictEqual(yield* refusal(store.read(key)), "unavailable")
      assert.strictEqual(objects.requests, 3)
      assert.strictEqual(yield* refusal(store.check), "unavailable")
    })
  )

  it.live("gives up when its time is over, in the middle of an answer too", () =>
    Effect.gen(function* () {
      const objects = yield* holding
      const store = yield* over(objects, { timeout: Duration.millis(200) })
      objects.trouble = (_, response) => void response.writeHead(200).write("x")
      assert.strictEqual(yield* refusal(store.read(key)), "unavailable")
    })
  )

  it.live("takes no archive above the bound, whatever its length says", () =>
    Effect.gen(function* () {
      const objects = yield* holding
      const store = yield* over(objects)
      objects.trouble = (_, response) => void response.writeHead(200, { "content-length": archiveBytes + 1 }).write("x")
      assert.strictEqual(yield* refusal(store.read(key)), "too-large")
      objects.trouble = (_, response) => {
        response.write("x")
        response.end(Buffer.alloc(archiveBytes))
      }
      assert.strictEqual(yield* refusal(store.read(key)), "too-large")
    })
  )

  it.live.each([301, 302, 303, 307, 308])(
    "follows no redirect (%i) with its signature, to a server that would answer or to itself",
    (status) =>
      Effect.gen(function* () {
        const objects = yield* holding
        const elsewhere = yield* objectStore
        const seen: Array<unknown> = []
        elsewhere.trouble = ({ headers }, response) => {
          seen.push(headers)
          response.end(archive)
        }
        const store = yield* over(objects)
        for (const location of [new URL(bundlePath(key), elsewhere.base).href, "/bucket/elsewhere"]) {
          objects.trouble = ({ url }, response) =>
            url?.endsWith("/elsewhere") ? response.end(archive) : response.writeHead(status, { location }).end()
          assert.strictEqual(yield* refusal(store.read(key)), "unavailable")
          assert.strictEqual(yield* refusal(store.check), "unavailable")
        }
        assert.deepStrictEqual(seen, [])
      })
  )
})
