import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { readU32, writeU32 } from "../src/internal/child/Leb128.ts"

const U32 = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 0xffff_ffff }))

describe("LEB128", () => {
  it.effect.prop(
    "reads what it wrote, at any offset",
    [U32, Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 9 }))],
    ([value, offset]) =>
      Effect.sync(() => {
        const bytes = writeU32(value)
        const read = readU32(new Uint8Array([...new Array(offset).fill(0xff), ...bytes, 0xff]), offset)
        assert.deepEqual(read, { value, next: offset + bytes.length })
      })
  )

  it.each([
    { value: 0, bytes: [0] },
    { value: 127, bytes: [0x7f] },
    { value: 128, bytes: [0x80, 0x01] },
    { value: 65_536, bytes: [0x80, 0x80, 0x04] },
    { value: 0xffff_ffff, bytes: [0xff, 0xff, 0xff, 0xff, 0x0f] }
  ])("writes $value as $bytes", ({ value, bytes }) => {
    assert.deepEqual(writeU32(value), bytes)
  })

  it("reads a number with more bytes than it needs", () => {
    assert.deepEqual(readU32(new Uint8Array([0x81, 0x80, 0x80, 0x80, 0x00]), 0), { value: 1, next: 5 })
  })

  it.each([[[]], [[0x80]], [[0x80, 0x80, 0x80, 0x80, 0x80]], [[0xff, 0xff, 0xff, 0xff, 0x1f]]])(
    "refuses %j, which is cut off or too large",
    (bytes) => {
      assert.throws(() => readU32(new Uint8Array(bytes), 0), RangeError)
    }
  )

  it.each([-1, 0.5, 0x1_0000_0000, Number.NaN])("refuses to write %d", (value) => {
    assert.throws(() => writeU32(value), RangeError)
  })
})
