import { ExtensionId, TenantId } from "@alga-psa/ext-domain"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { layer, remembered, SeenBundles } from "../src/SeenBundles.ts"

const tenant = () => TenantId.make(crypto.randomUUID())
const extension = ExtensionId.make(crypto.randomUUID())
const hash = "0".repeat(64)

describe("the memory of seen archives", () => {
  it.effect("gives the tenants of an archive, the last one first, and none of another", () =>
    Effect.gen(function* () {
      const seen = yield* SeenBundles
      const [a, b] = [tenant(), tenant()]
      for (const one of [a, b, a]) yield* seen.note({ tenant: one, extension, hash })
      assert.deepStrictEqual(yield* seen.tenants(extension, hash), [a, b])
      assert.deepStrictEqual(yield* seen.tenants(extension, "1".repeat(64)), [])
      assert.deepStrictEqual(yield* seen.tenants(ExtensionId.make(crypto.randomUUID()), hash), [])
    }).pipe(Effect.provide(layer))
  )

  it.effect("keeps the last tenants, and forgets the archive that was noted longest ago", () =>
    Effect.gen(function* () {
      const seen = yield* SeenBundles
      for (let i = 0; i <= remembered.tenants; i++) yield* seen.note({ tenant: tenant(), extension, hash })
      assert.strictEqual((yield* seen.tenants(extension, hash)).length, remembered.tenants)
      const names = Array.from({ length: remembered.archives }, (_, i) => String(i))
      for (const name of names.slice(1)) yield* seen.note({ tenant: tenant(), extension, hash: name })
      assert.isNotEmpty(yield* seen.tenants(extension, hash))
      yield* seen.note({ tenant: tenant(), extension, hash: "one more" })
      assert.isEmpty(yield* seen.tenants(extension, hash))
      assert.isNotEmpty(yield* seen.tenants(extension, "1"))
    }).pipe(Effect.provide(layer))
  )
})
