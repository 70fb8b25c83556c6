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

  it("waits for the rest of a frame", () => {
    const { frames, push } = collect()
    const bytes = bytesOf("one", "two")
    push(bytes.subarray(0, 9))
    assert.deepEqual(frames, ["one"])
    push(bytes.subarray(9))
    assert.deepEqual(frames, ["one", "two"])
  })
})
