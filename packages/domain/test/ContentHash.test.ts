import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { ContentHash, contentHashes } from "../src/ContentHash.ts"

const hash = "ab".repeat(32)

describe("ContentHash", () => {
  it.effect.each([hash, `sha256:${hash}`, hash.toUpperCase(), `SHA256:${hash.toUpperCase()}`])("reads %s", (text) =>
    Effect.gen(function* () {
      assert.strictEqual(yield* Schema.decodeEffect(ContentHash)(text), hash)
    })
  )

  it.effect.each([
    "",
    hash.slice(1),
    `${hash}0`,
    `sha256:sha256:${hash}`,
    `sha512:${hash}`,
    ` ${hash}`,
    `g${hash.slice(1)}`
  ])("refuses %j, and says what a hash is", (text) =>
    Effect.gen(function* () {
      const { message } = yield* Effect.flip(Schema.decodeEffect(ContentHash)(text))
      assert.strictEqual(message, "must be sha256:<64 hexadecimal digits>")
    })
  )

  it.effect("is written with its algorithm", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* Schema.encodeEffect(ContentHash)(hash), `sha256:${hash}`)
    })
  )
})

describe("contentHashes", () => {
  it("are those of the texts that are one, each once and in order", () => {
    const other = "01".repeat(32)
    const texts = [`sha256:${hash}`, "", hash.toUpperCase(), "x", `sha1:${hash.slice(24)}`, other]
    assert.deepStrictEqual(contentHashes(texts), [other, hash])
  })
})
