import { readdir } from "node:fs/promises"
import { join } from "node:path"
import { ids } from "@alga-psa/ext-adapters-memory"
import { interruptSomeSteps } from "@alga-psa/ext-domain/testing/interruptEveryStep"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Redacted } from "effect"
import * as BundleCache from "../src/BundleCache.ts"
import { type BundleKey, BundleStore, bundlePath } from "../src/BundleStore.ts"
import * as HttpBundleStore from "../src/HttpBundleStore.ts"
import { sha256 } from "../testing/Archive.ts"
import { temporary } from "../testing/Temporary.ts"
import { credentials, objectStore } from "./support/ObjectStore.ts"

const archive = Buffer.alloc(1_000_000, "archive")
const keyOf = (bytes: Uint8Array): BundleKey => ({
  tenant: ids.tenants.acme,
  extension: ids.extensions.full,
  hash: sha256(bytes)
})

/** A store over HTTP that has the archive, and its requests. */
const overHttp = Effect.gen(function* () {
  const objects = yield* objectStore
  objects.objects.set(bundlePath(keyOf(archive)), archive)
  const signing = { ...credentials, secretAccessKey: Redacted.make(credentials.secretAccessKey) }
  return HttpBundleStore.layer({ base: objects.base, credentials: signing })
})

describe("a read of a bundle, interrupted at steps that a seed chooses", () => {
  it.live("over HTTP leaves the next one to be answered", () =>
    Effect.gen(function* () {
      const store = Context.get(yield* Layer.build(yield* overHttp), BundleStore)
      const read = store.read(keyOf(archive))
      const steps = yield* interruptSomeSteps(read, { count: 40, seed: "http" }, () =>
        Effect.map(read, (bytes) => assert.isTrue(archive.equals(bytes)))
      )
      assert.isAbove(steps, 5)
    })
  )

  it.live("through the cache leaves the next one to be answered, and the archive kept whole", () =>
    Effect.gen(function* () {
      const http = yield* overHttp
      let number = 0
      const parent = yield* temporary
      const directory = () => join(parent, String(number))
      const read = Effect.suspend(() =>
        Effect.flatMap(
          Layer.build(Layer.provide(BundleCache.layer({ directory: directory(), bytes: 10_000_000 }), http)),
          (services) => Context.get(services, BundleStore).read(keyOf(archive))
        )
      ).pipe(Effect.scoped)
      const steps = yield* interruptSomeSteps(read, { count: 40, seed: "cache" }, () =>
        Effect.gen(function* () {
          assert.isTrue(archive.equals(yield* read))
          const kept = yield* Effect.promise(() => readdir(directory()))
          assert.deepStrictEqual(
            kept.filter((name) => name.endsWith(".tar.zst")),
            [`${ids.tenants.acme}.${ids.extensions.full}.${sha256(archive)}.tar.zst`]
          )
          number += 1
        })
      )
      assert.isAbove(steps, 10)
    })
  )
})
