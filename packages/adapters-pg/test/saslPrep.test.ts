import { assert, describe, it } from "@effect/vitest"
import { saslPrep } from "../src/internal/saslPrep.ts"

describe("A password for SCRAM", () => {
  it.each([
    ["I\u00adX", "IX"],
    ["user", "user"],
    ["USER", "USER"],
    ["\u00aa", "a"],
    ["\u2168", "IX"],
    ["a\u00a0b", "a b"],
    ["\ufb01x\u2167", "fixVIII"],
    ["pa\u0308ss", "p\u00e4ss"],
    ["a\u200bb", "a b"],
    ["\u0627\u0628", "\u0627\u0628"]
  ])("is prepared as RFC 4013 says: %j is %j", (password, prepared) => {
    assert.strictEqual(saslPrep(password), prepared)
  })

  it.each(["\u0007\u00aa", "\u0627\u0031\u00aa", "\u00aa\u{1f600}", "\u00ad", "a\ue000\u00aa", "\u0221\u00aa"])(
    "stays as it is where RFC 4013 does not allow it: %j",
    (password) => {
      assert.strictEqual(saslPrep(password), password)
    }
  )
})
