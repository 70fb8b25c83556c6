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

/** `TextDecoder` for engines that have none: UTF-8 only, and whole inputs only. */
export class Utf8Decoder {
  readonly fatal: boolean
  readonly ignoreBOM: boolean

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
    if (options.stream) throw new TypeError("TextDecoder cannot decode in parts here: pass the whole input")
    const text = input === undefined ? "" : this.#read(bytesOf(input))
    return !this.ignoreBOM && text.startsWith("\uFEFF") ? text.slice(1) : text
  }

  #read(bytes: Uint8Array): string {
    return (hasNativeUtf8 ? decodeNatively(bytes) : null) ?? readUtf8(bytes, this.fatal)
  }
}
