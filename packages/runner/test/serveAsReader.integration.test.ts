import { layerAdmin } from "@alga-psa/ext-adapters-pg/AdminClient"
import * as ReaderRole from "@alga-psa/ext-adapters-pg/ReaderRole"
import { RoleName } from "@alga-psa/ext-adapters-pg/RoleName"
import * as TenantPolicies from "@alga-psa/ext-adapters-pg/TenantPolicies"
import { dedicatedServer } from "@alga-psa/ext-adapters-pg/testing/ServerBinaries"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { serveSetting } from "./support/ServeProgram.ts"

const name = RoleName.make("alga_ext_reader")
const password = "a password of a test"

describe("serve as the reading login", () => {
  it.live(
    "answers without policies; with them it answers when it names the tenant, and else finds nothing",
    () =>
      Effect.gen(function* () {
        const { url } = yield* dedicatedServer
        const administering = Effect.provide(layerAdmin(Redacted.make(url)))
        const { serve } = yield* serveSetting(url)
        yield* administering(ReaderRole.apply({ name, password: Redacted.make(password) }))
        const login = new URL(url)
        login.username = name
        login.password = password
        const plain = yield* serve({ DATABASE_URL: login.href })
        const telling = yield* serve({ DATABASE_URL: login.href, DATABASE_ROW_SECURITY: "on" })

        const before = yield* plain.execute()
        assert.deepStrictEqual([before.http, before.status, before.error], [200, 200, undefined])
        const expected = { ...before, headers: null }
        assert.deepStrictEqual({ ...(yield* telling.execute()), headers: null }, expected)

        yield* administering(TenantPolicies.apply({ reader: name, unrestricted: [] }))
        assert.deepStrictEqual({ ...(yield* telling.execute()), headers: null }, expected)
        const hidden = yield* plain.execute()
        assert.deepStrictEqual([hidden.http, hidden.error], [404, "unknown_install"])
      }),
    120_000
  )
})
