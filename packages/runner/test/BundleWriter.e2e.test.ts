import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Redacted } from "effect"
import { bundlePath } from "../src/BundleStore.ts"
import { BundleWriter, layerHttp } from "../src/BundleWriter.ts"
import * as HttpBundleStore from "../src/HttpBundleStore.ts"
import { bundleOf } from "./support/Intake.ts"
import { credentials, objectStore } from "./support/ObjectStore.ts"

const { archive, key } = bundleOf("an archive")

const writing = Effect.gen(function* () {
  const store = yield* objectStore
  const over = (secret: string) => {
    const options = { base: store.base, credentials: { ...credentials, secretAccessKey: Redacted.make(secret) } }
    return Effect.map(
      Layer.build(Layer.provide(layerHttp(options), HttpBundleStore.layer(options))),
      Context.get(BundleWriter)
    )
  }
  return { store, over, writer: yield* over(credentials.secretAccessKey) }
})

const refusal = <A>(work: Effect.Effect<A, { readonly reason: string }>) =>
  Effect.map(Effect.flip(work), ({ reason }) => reason)

describe("a store over HTTP that is written to", () => {
  it.live("keeps an archive that is put, signed and with its hash, and says whether it was there", () =>
    Effect.gen(function* () {
      const { store, writer } = yield* writing
      assert.isTrue(yield* writer.put(key, archive))
      assert.deepStrictEqual([...store.objects], [[bundlePath(key), Buffer.from(archive)]])
      assert.isFalse(yield* writer.put(key, archive))
      store.objects.set(bundlePath(key), Buffer.from("other bytes"))
      assert.isTrue(yield* writer.put(key, archive))
      yield* writer.remove(key)
      yield* writer.remove(key)
      assert.strictEqual(store.objects.size, 0)
    })
  )

  it.live("takes nothing with a wrong secret, and leaves nothing of a put that it did not answer well", () =>
    Effect.gen(function* () {
      const { over, store, writer } = yield* writing
      const wrong = yield* over("another secret")
      assert.strictEqual(yield* refusal(wrong.put(key, archive)), "unavailable")
      store.objects.set(bundlePath(key), Buffer.from(archive))
      assert.strictEqual(yield* refusal(wrong.remove(key)), "unavailable")
      assert.strictEqual(store.objects.size, 1)
      store.objects.clear()
      store.trouble = ({ method }, response) => {
        if (method === "GET") return response.writeHead(404).end()
        store.trouble = null
        store.objects.set(bundlePath(key), Buffer.from(archive))
        return response.writeHead(500).end()
      }
      assert.strictEqual(yield* refusal(writer.put(key, archive)), "unavailable")
      assert.strictEqual(store.objects.size, 0)
    })
  )
})
