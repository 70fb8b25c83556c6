import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { addressToListenOn } from "../src/internal/http/listenOn.ts"

const failing = (code: string) => Effect.fail(Object.assign(new Error(code), { code }))

describe("the address to listen on", () => {
  it.effect("is every IPv4 address for ::, where the system has no IPv6", () =>
    Effect.gen(function* () {
      for (const code of ["EAFNOSUPPORT", "EADDRNOTAVAIL"]) {
        assert.strictEqual(yield* addressToListenOn("::", failing(code)), "0.0.0.0")
      }
    })
  )

  it.effect("stays :: where the system has IPv6, and where it cannot listen for another reason", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* addressToListenOn("::", Effect.void), "::")
      assert.strictEqual(yield* addressToListenOn("::", failing("EMFILE")), "::")
    })
  )

  it.effect("stays what it is for any other, without asking the system", () =>
    Effect.gen(function* () {
      for (const host of ["127.0.0.1", "::1", "0.0.0.0", "localhost"]) {
        assert.strictEqual(yield* addressToListenOn(host, Effect.die("asked")), host)
      }
    })
  )
})
