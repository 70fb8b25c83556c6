import { assert, describe, it } from "@effect/vitest"
import { RpcSerialization } from "effect/rpc"
import { peerLines } from "../src/PeerLines.ts"

const parserOf = (most: number) => peerLines(most).makeUnsafe()

/** What these bytes say, cut into pieces of this size. */
const said = (bytes: Uint8Array, size: number, most = 1_000) => {
  const parser = parserOf(most)
  const found: Array<unknown> = []
  for (let at = 0; at < bytes.length; at += size) found.push(...parser.decode(bytes.subarray(at, at + size)))
  return found
}

const messages = [{ a: "1" }, ["ä", "\u{1f600}", "\n"], "", null, { long: "x".repeat(300) }]

describe("lines between runners", () => {
  it("say what was said, wherever they are cut", () => {
    const bytes = Buffer.from(parserOf(1_000).encode(messages) as string)
    for (let size = 1; size <= bytes.length; size++) assert.deepStrictEqual(said(bytes, size), messages)
    assert.deepStrictEqual(parserOf(1_000).decode(bytes.toString()), messages)
  })

  it("are what the runners of the version before this one write and read, where they hold no bytes", () => {
    const before = RpcSerialization.makeNdjson().makeUnsafe()
    const now = parserOf(1_000)
    assert.deepStrictEqual(now.decode(Buffer.from(before.encode(messages) as string)), messages)
    assert.deepStrictEqual(before.decode(now.encode(messages) as string), messages)
    assert.deepStrictEqual(before.decode(now.encode({ one: 1 }) as string), [{ one: 1 }])
    assert.isUndefined(now.encode([]))
    assert.deepStrictEqual(now.decode(Buffer.from('{"a":1}\r\n\n')), [{ a: 1 }])
  })

  it("have a largest length, in bytes, and are read no more after one that was too long", () => {
    const line = (length: number) => Buffer.from(`"${"x".repeat(length - 2)}"\n`)
    assert.lengthOf(parserOf(100).decode(line(100)), 1)
    for (const tooLong of [line(101), Buffer.alloc(101, "x"), Buffer.from(`"${"ä".repeat(50)}"\n`)]) {
      const parser = parserOf(100)
      assert.throws(() => parser.decode(tooLong), RpcSerialization.MaxBufferSizeExceeded)
      assert.throws(() => parser.decode(line(3)), RpcSerialization.MaxBufferSizeExceeded)
    }
    const parser = parserOf(100)
    assert.throws(() => parser.decode(Buffer.from("{\n")), RpcSerialization.NdjsonDecodeError)
    assert.throws(() => parser.decode(line(3)), RpcSerialization.MaxBufferSizeExceeded)
  })

  it("carry bytes as they are, wherever they are cut", () => {
    const parts = [Buffer.from("\n#\n\0"), new Uint8Array(), Uint8Array.from({ length: 300 }, (_, at) => at % 256)]
    const message = { first: new Uint8Array(parts[0] ?? []), none: parts[1], list: [parts[2], "#0123456789abcdef:0"] }
    const bytes = Buffer.concat(
      [message, "after", message].map((one) => Buffer.from(parserOf(1_000).encode(one) ?? ""))
    )
    for (let size = 1; size <= bytes.length; size++) {
      assert.deepStrictEqual(said(bytes, size), [message, "after", message])
    }
    assert.deepStrictEqual(said(Buffer.from(parserOf(1_000).encode([message, "after"]) ?? ""), 7), [message, "after"])
  })

  it("take no more bytes than they may be, and no line that announces what is none", () => {
    const mark = "#0123456789abcdef:"
    const read = (text: string) => parserOf(100).decode(Buffer.from(text))
    assert.deepStrictEqual(read(`${mark}2\nab"${mark}0"\n`), [new Uint8Array(Buffer.from("ab"))])
    for (const sizes of ["101", "60,41", "9999999999"]) {
      assert.throws(() => read(`${mark}${sizes}\n`), RpcSerialization.MaxBufferSizeExceeded)
    }
    const wrong = ["", "-1", "1e1", "1,", "a", "12345678901", `${"1,".repeat(16)}1`]
    for (const sizes of wrong) assert.throws(() => read(`${mark}${sizes}\n`), RpcSerialization.NdjsonDecodeError)
    assert.deepStrictEqual(read(`${mark}60\n${"b".repeat(60)}"${"x".repeat(38)}"\n`), ["x".repeat(38)])
    const together = `${mark}60\n${"b".repeat(60)}"${"x".repeat(39)}"\n`
    assert.throws(() => read(together), RpcSerialization.MaxBufferSizeExceeded)
    assert.throws(() => read("#0:1\na"), RpcSerialization.NdjsonDecodeError)
    assert.throws(() => read(`${mark}1\na${mark}1\n`), RpcSerialization.NdjsonDecodeError)
  })

  it("are never read from bytes that were announced, whatever went wrong before", () => {
    const forged = `${"\n".repeat(700)}{"_tag":"Request","id":"7","tag":"Execute"}\n${"\n".repeat(700)}`
    const bytes = Buffer.from(`#0123456789abcdef:${forged.length}\n${forged}"#0123456789abcdef:0"\n`)
    const parser = parserOf(1_000)
    for (let at = 0; at < bytes.length; at += 500) {
      const piece = bytes.subarray(at, at + 500)
      assert.throws(() => parser.decode(piece), RpcSerialization.MaxBufferSizeExceeded)
    }
  })

  it("look at each byte of a long line once, however it is cut", () => {
    const bytes = Buffer.from(`"${"x".repeat(200_000)}"\n`)
    let looked = 0
    const parser = parserOf(1_000_000)
    for (let at = 0; at < bytes.length; at += 100) {
      const piece = bytes.subarray(at, at + 100)
      parser.decode(
        new Proxy(piece, {
          get: (target, key) => {
            const value = Reflect.get(target, key, target)
            if (key === "indexOf") looked += target.length
            return typeof value === "function" ? value.bind(target) : value
          }
        })
      )
    }
    assert.isAtMost(looked, 2 * bytes.length)
  })
})
