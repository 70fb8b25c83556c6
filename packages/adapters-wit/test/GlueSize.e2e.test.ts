import { chanceOf } from "@alga-psa/ext-adapters-memory/contract/Chance"
import { parse } from "@bytecodealliance/jco"
import { assert, describe, it } from "vitest"
import { leastGlueBytes } from "../src/internal/child/core/GlueSize.ts"
import { glueBombs, lift, record, tower } from "./support/GlueBombs.ts"
import { componentGuest, coreGuest, scriptGuest } from "./support/Guests.ts"
import { mutated } from "./support/Mutations.ts"

const limit = 4_194_304

describe("leastGlueBytes", () => {
  it.each(Object.entries(glueBombs))("is over the limit for %s", async (_, text) => {
    assert.isAbove(leastGlueBytes(await parse(`(component ${text})`)), limit)
  })

  it.each([
    ["an extension in QuickJS", () => scriptGuest()],
    ["an extension in StarlingMonkey", () => scriptGuest("starlingmonkey")],
    ["a core module", () => coreGuest("ok")],
    ["a component with two memories", () => componentGuest("two-memories")]
  ] as const)("is far below the limit for %s", async (_, guest) => {
    assert.isBelow(leastGlueBytes(await guest()), limit / 20)
  })

  it.each([
    ["nothing behind the preamble", [], 0],
    ["a section that is cut off", [7, 100, 1], "is cut off"],
    ["a section of a wrong size", [7, 2, 0, 0], "wrong size"],
    ["a type that nobody knows", [7, 2, 1, 0x01], "unknown kind"],
    ["more types than bytes", [7, 5, 0xff, 0xff, 0xff, 0xff, 0x0f], "cut off"],
    ["an inner component without end", [4, 0xff, 1], "cut off"]
  ] as const)("of %s is %3$s", (_, bytes, expected) => {
    const component = Uint8Array.of(0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0, ...bytes)
    if (expected === 0) assert.strictEqual(leastGlueBytes(component), 0)
    else assert.throws(() => leastGlueBytes(component), RangeError, expected)
  })

  it("refuses types that are larger than any can be", async () => {
    const bytes = await parse(`(component ${tower("string", record, 60)} ${lift("$t60")})`)
    assert.throws(() => leastGlueBytes(bytes), RangeError, "impossibly large")
  })

  it("refuses more parts than an extension has", () => {
    const types = [0xd1, 0x86, 0x03, ...Array.from({ length: 50_000 }, () => 0x7d).flatMap(() => [0x7d]), 0x7d]
    const size = types.length
    const section = [7, (size & 0x7f) | 0x80, ((size >> 7) & 0x7f) | 0x80, size >> 14]
    const component = Uint8Array.from([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0, ...section, ...types])
    assert.throws(() => leastGlueBytes(component), RangeError, "more than 50000 types")
  })

  it("gives a number or an error for a component with bytes changed", async () => {
    const guests = await Promise.all([coreGuest("ok"), componentGuest("two-memories")])
    const chance = chanceOf(9)
    for (let round = 0; round < 2_000; round++) {
      const changed = mutated(chance.pick(guests), chance)
      try {
        assert.isAtLeast(leastGlueBytes(changed), 0)
      } catch (error) {
        if (!(error instanceof RangeError || error instanceof TypeError)) throw error
      }
    }
  })
})
