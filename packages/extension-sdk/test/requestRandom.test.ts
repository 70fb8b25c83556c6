import { createCipheriv, createHash } from "node:crypto"
import { afterEach, describe, expect, it, vi } from "vitest"
import { requestCrypto } from "../src/internal/random/requestCrypto.ts"
import { requestRandom } from "../src/internal/random/requestRandom.ts"
import { beginRequest, endRequest } from "../src/internal/requestFacts.ts"

const seedOf = (byte: number) => Buffer.alloc(32, byte)
const begin = (seed: Uint8Array) =>
  beginRequest([{ name: "x-alga-request-seed", value: Buffer.from(seed).toString("base64url") }])

/** The key stream of ChaCha20 as OpenSSL makes it: counter 0, then the nonce. */
const keyStream = (seed: Buffer, name: string, length: number): Buffer => {
  const nonce = Buffer.alloc(16)
  nonce.write(name, 4, "ascii")
  return createCipheriv("chacha20", seed, nonce).update(Buffer.alloc(length))
}

afterEach(endRequest)

describe("the randomness of a request", () => {
  it("is the key stream of ChaCha20 under the seed, one for crypto and one for Math.random", () => {
    begin(seedOf(7))
    const bytes = keyStream(seedOf(7), "crypto", 2_000)
    const given = [3, 1_000, 997].map((count) => requestCrypto.getRandomValues(new Uint8Array(count)))
    expect(Buffer.concat(given)).toEqual(bytes)
    const numbers = keyStream(seedOf(7), "Math.random", 16)
    const first = ((numbers.readUInt32BE(0) >>> 5) * 2 ** 26 + (numbers.readUInt32BE(4) >>> 6)) / 2 ** 53
    expect(requestRandom()).toBe(first)
  })

  it("fills the part of a buffer that a view shows, and no more", () => {
    begin(seedOf(8))
    const words = new Uint16Array(4)
    requestCrypto.getRandomValues(words.subarray(1, 3))
    expect([words[0], words[3]]).toEqual([0, 0])
    expect(words[1]).not.toBe(0)
    expect(() => requestCrypto.getRandomValues(new Float64Array(1) as never)).toThrow(
      "must be given an array of integers"
    )
  })

  it.each([
    ["Math.random()", requestRandom],
    ["crypto.randomUUID()", requestCrypto.randomUUID],
    ["crypto.getRandomValues()", () => requestCrypto.getRandomValues(new Uint8Array(1))]
  ])("gives %s nothing after its request, nor without a seed that has 32 bytes", (name, ask) => {
    begin(seedOf(9))
    ask()
    endRequest()
    expect(ask).toThrow(`${name}: this host sends no seed`)
    begin(seedOf(9).subarray(1))
    expect(ask).toThrow(`${name}: this host sends no seed`)
  })

  it("is not there while a module loads", async () => {
    vi.resetModules()
    const { requestRandom } = await import("../src/internal/random/requestRandom.ts")
    const { requestCrypto } = await import("../src/internal/random/requestCrypto.ts")
    expect(requestRandom).toThrow("Math.random(): not while a module loads")
    expect(requestCrypto.randomUUID).toThrow("crypto.randomUUID(): not while a module loads")
  })

  it("needs no seed for a digest, of the part of a buffer that a view shows", async () => {
    const data = Buffer.from("xabcx")
    const digest = await requestCrypto.subtle.digest({ name: "sha-256" }, data.subarray(1, 4))
    expect(Buffer.from(digest)).toEqual(createHash("sha256").update("abc").digest())
  })
})
