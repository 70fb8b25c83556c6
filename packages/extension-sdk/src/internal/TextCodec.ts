import { decodeNatively, encodeNatively, hasNativeUtf8 } from "./nativeUtf8.ts"
import { readUtf8, utf8Length, writeUtf8 } from "./utf8.ts"

/** `TextEncoder` for engines that have none. */
export class Utf8Encoder {
  get encoding(): string {
    return "utf-8"
  }

  encode(text = ""): Uint8Array {
    const source = String(text)
    if (hasNativeUtf8) return encodeNatively(source)
    const bytes = new Uint8Array(utf8Length(source))
    writeUtf8(source, bytes)
    return bytes
  }

  encodeInto(text: string, into: Uint8Array): { readonly read: number; readonly written: number } {
    return writeUtf8(String(text), into)
  }
}

const labels = ["utf-8", "utf8", "unicode-1-1-utf-8", "unicode11utf8", "unicode20utf8", "x-unicode20utf8"]

const bytesOf = (input: ArrayBuffer | ArrayBufferView): Uint8Array =>
  ArrayBuffer.isView(input)
    ? new Uint8Array(input.buffer, input.byteOffset, input.byteLength)
    : new Uint8Array(input as ArrayBuffer)

const joined = (first: Uint8Array, second: Uint8Array): Uint8Array => {
  if (first.length === 0) return second
  const bytes = new Uint8Array(first.length + second.length)
  bytes.set(first)
  bytes.set(second, first.length)
  return bytes
}

/** How many bytes at the end begin a character that is not whole yet. */
const unfinished = (bytes: Uint8Array): number => {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if (byte >= 0xc0) return (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back ? back : 0
    if (byte < 0x80) return 0
  }
  return 0
}

/** `TextDecoder` for engines that have none: UTF-8 only. */
export class Utf8Decoder {
  readonly fatal: boolean
  readonly ignoreBOM: boolean
  #rest = new Uint8Array()
  #begun = false

  constructor(label = "utf-8", options: { readonly fatal?: boolean; readonly ignoreBOM?: boolean } = {}) {
    if (!labels.includes(String(label).trim().toLowerCase())) {
      throw new RangeError(`The encoding ${label} is not there: only UTF-8 is`)
    }
    this.fatal = options.fatal ?? false
    this.ignoreBOM = options.ignoreBOM ?? false
  }

  get encoding(): string {
    return "utf-8"
  }

  decode(input?: ArrayBuffer | ArrayBufferView, options: { readonly stream?: boolean } = {}): string {
    const bytes = joined(this.#rest, input === undefined ? this.#rest.subarray(0, 0) : bytesOf(input))
    const held = options.stream ? unfinished(bytes) : 0
    this.#rest = bytes.slice(bytes.length - held)
    const text = this.#read(bytes.subarray(0, bytes.length - held))
    const marked = !this.#begun && !this.ignoreBOM && text.startsWith("\uFEFF")
    this.#begun = options.stream === true && (this.#begun || text !== "")
    return marked ? text.slice(1) : text
  }

  #read(bytes: Uint8Array): string {
    return (hasNativeUtf8 ? decodeNatively(bytes) : null) ?? readUtf8(bytes, this.fatal)
  }
}
