import { Schema } from "effect"
import { assert, it } from "vitest"
import { type Bound, bounded, defaultsOf } from "../src/Bound.ts"

const calls: Bound = { purpose: "Calls of one execution.", unit: "calls", default: 5, least: 1, most: 10 }

it("A number within its bound is taken, and any other refused with the range and the unit", () => {
  const decode = Schema.decodeUnknownSync(bounded(calls))
  assert.deepEqual([decode(1), decode(10)], [1, 10])
  for (const wrong of [0, 11, -1, Number.MAX_SAFE_INTEGER]) {
    assert.throws(() => decode(wrong), "must be 1 to 10 calls")
  }
  for (const wrong of [1.5, Number.NaN, Number.POSITIVE_INFINITY, "1", null, undefined])
    assert.throws(() => decode(wrong))
})

it("Only bounds that have a default give one", () => {
  assert.deepEqual(defaultsOf({ calls, bytes: { ...calls, default: null }, none: { ...calls, default: 0 } }), {
    calls: 5,
    none: 0
  } as never)
})
