import { Buffer } from "node:buffer"

const none = new ArrayBuffer()

/** The `TextEncoder` of the glue, which can also write into memory without a view of each place. */
export class GlueEncoder extends TextEncoder {
  #buffer = none
  #bytes = Buffer.from(none)

  /** How many bytes a text has in UTF-8. A surrogate without its other half counts as U+FFFD. */
  byteLength(text: string): number {
    return Buffer.byteLength(text)
  }

  /**
   * Writes a text as UTF-8, as much of it as has room in so many bytes. Gives how many were written. Throws a `RangeError` for a
   * place outside.
   */
  write(text: string, buffer: ArrayBuffer, at: number, length: number): number {
    if (buffer !== this.#buffer) {
      this.#buffer = buffer
      this.#bytes = Buffer.from(buffer)
    }
    return this.#bytes.write(text, at, length)
  }
}
