import { chacha20 } from "@noble/ciphers/chacha.js"
import { seedFor } from "../requestFacts.ts"

const blockBytes = 64
const blocksAtOnce = 8

/**
 * Random bytes of the request's seed: the key stream of ChaCha20. Streams of other names know nothing of each other, whatever
 * is seen of one.
 */
export class RandomStream {
  readonly #nonce = new Uint8Array(12)
  #seed = ""
  #key = new Uint8Array()
  #block = 0
  #ready = new Uint8Array()

  /** `name` has at most 12 letters of ASCII. */
  constructor(name: string) {
    for (let at = 0; at < name.length; at++) this.#nonce[at] = name.charCodeAt(at)
  }

  /** The next bytes, for what is `asked`. Throws where the request has no seed. */
  take(count: number, asked: string): Uint8Array<ArrayBuffer> {
    this.#follow(seedFor(asked))
    const bytes = new Uint8Array(count)
    for (let filled = 0; filled < count; ) {
      if (this.#ready.length === 0) this.#ready = this.#nextBlocks()
      const some = this.#ready.subarray(0, count - filled)
      bytes.set(some, filled)
      filled += some.length
      this.#ready = this.#ready.subarray(some.length)
    }
    return bytes
  }

  #nextBlocks(): Uint8Array<ArrayBuffer> {
    const zeros = new Uint8Array(blocksAtOnce * blockBytes)
    const blocks = chacha20(this.#key, this.#nonce, zeros, undefined, this.#block)
    this.#block += blocksAtOnce
    return blocks as Uint8Array<ArrayBuffer>
  }

  #follow(seed: string): void {
    if (seed === this.#seed) return
    this.#seed = seed
    this.#key = Uint8Array.fromBase64(seed, { alphabet: "base64url" })
    this.#block = 0
    this.#ready = new Uint8Array()
  }
}
