import { Buffer } from "node:buffer"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { FrameTooLarge, frame, makeFrameReader } from "../src/internal/host/FrameReader.ts"

const collect = (maxBytes = 1_000) => {
  const frames: Array<string> = []
  return { frames, push: makeFrameReader(maxBytes, (body) => frames.push(body.toString())) }
}

const bytesOf = (...bodies: ReadonlyArray<string>): Buffer =>
  Buffer.concat(bodies.map((body) => frame(Buffer.from(body))))

describe("makeFrameReader", () => {
  it.effect.prop(
    "gives the frames that were written, however the pipe cuts them",
    [Schema.Array(Schema.String), Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 50 }))],
    ([bodies, size]) =>
      Effect.sync(() => {
        const { frames, push } = collect(1_000_000)
        const bytes = bytesOf(...bodies)
        for (let at = 0; at < bytes.length; at += size) push(bytes.subarray(at, at + size))
        assert.deepEqual(
          frames,
          bodies.map((body) => Buffer.from(body).toString())
        )
      })
  )

  it("takes a frame of the bound, and throws for a larger one before its bytes are there", () => {
    const { frames, push } = collect(5)
    push(bytesOf("12345"))
    assert.deepEqual(frames, ["12345"])
    assert.throws(() => push(bytesOf("123456").subarray(0, 4)), FrameTooLarge)
  })

  it("gives a large frame that came in many small chunks whole, and the next one too", () => {
    const frames: Array<Buffer> = []
    const push = makeFrameReader(1_000_000, (body) => frames.push(body))
    const large = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 251))
    const bytes = Buffer.concat([frame(large), frame(Buffer.alloc(0)), frame(large.subarray(0, 70_000))])
    for (let at = 0; at < bytes.length; at += 7_001) push(bytes.subarray(at, at + 7_001))
    assert.deepEqual(
      frames.map((body) => body.byteLength),
      [300_000, 0, 70_000]
    )
    assert.isTrue(frames[0]?.equals(large))
    assert.isTrue(frames[2]?.equals(large.subarray(0, 70_000)))
  })

  it("waits for the rest of a frame", () => {
    const { frames, push } = collect()
    const bytes = bytesOf("one", "two")
    push(bytes.subarray(0, 9))
    assert.deepEqual(frames, ["one"])
    push(bytes.subarray(9))
    assert.deepEqual(frames, ["one", "two"])
  })
})
