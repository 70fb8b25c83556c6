import { writeU32 } from "../Leb128.ts"

/** Bytes that grow. */
export class Writer {
  private buffer: Uint8Array
  private length = 0

  constructor(capacity = 64) {
    this.buffer = new Uint8Array(capacity)
  }

  u8(byte: number): void {
    this.reserve(1)
    this.buffer[this.length] = byte
    this.length += 1
  }

  u32(value: number): void {
    if (value < 0x80) this.u8(value)
    else this.raw(writeU32(value))
  }

  raw(bytes: ArrayLike<number>): void {
    this.reserve(bytes.length)
    this.buffer.set(bytes, this.length)
    this.length += bytes.length
  }

  /** Bytes behind their length. */
  sized(bytes: ArrayLike<number>): void {
    this.u32(bytes.length)
    this.raw(bytes)
  }

  name(text: string): void {
    this.sized(new TextEncoder().encode(text))
  }

  /** What was written; it is overwritten after {@link clear}. */
  view(): Uint8Array {
    return this.buffer.subarray(0, this.length)
  }

  clear(): void {
    this.length = 0
  }

  private reserve(more: number): void {
    if (this.length + more <= this.buffer.length) return
    const larger = new Uint8Array(Math.max(this.buffer.length * 2, this.length + more))
    larger.set(this.view())
    this.buffer = larger
  }
}
