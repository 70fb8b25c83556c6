import { readU32 } from "../Leb128.ts"

const isNamedType = (byte: number): boolean => byte >= 0x69 && byte <= 0x74
const isNumberType = (byte: number): boolean => byte >= 0x7b && byte <= 0x7f
const isReference = (byte: number): boolean => byte === 0x63 || byte === 0x64

const decoder = new TextDecoder("utf-8", { fatal: true })

/** A place in the bytes of a core module that moves forward as it is read. Throws a `RangeError` at the end. */
export class Reader {
  readonly bytes: Uint8Array
  at: number
  readonly end: number

  constructor(bytes: Uint8Array, at = 0, end = bytes.byteLength) {
    this.bytes = bytes
    this.at = at
    this.end = end
  }

  get done(): boolean {
    return this.at >= this.end
  }

  u8(): number {
    const byte = this.at < this.end ? this.bytes[this.at] : undefined
    if (byte === undefined) throw new RangeError("the module is cut off")
    this.at += 1
    return byte
  }

  u32(): number {
    const byte = this.bytes[this.at]
    // Most numbers of a module are of one byte.
    if (byte !== undefined && byte < 0x80 && this.at < this.end) {
      this.at += 1
      return byte
    }
    const { value, next } = readU32(this.bytes, this.at)
    this.move(next)
    return value
  }

  /** Passes a number in LEB128 of up to 64 bits, signed or not. */
  skipNumber(): void {
    for (let i = 0; i < 10; i++) {
      if (this.u8() < 0x80) return
    }
    throw new RangeError("a number has more than 64 bits")
  }

  skip(length: number): void {
    this.move(this.at + length)
  }

  name(): string {
    const length = this.u32()
    const start = this.at
    this.skip(length)
    return decoder.decode(this.bytes.subarray(start, this.at))
  }

  /** Passes a value type. Throws for one that is not known. */
  skipType(): void {
    const byte = this.u8()
    if (isReference(byte)) this.skipHeapType()
    else if (!isNumberType(byte) && !isNamedType(byte)) throw new RangeError("a type is not known")
  }

  /** Passes the index of a type, or one of the types that have a name. Throws for others: more may follow their first byte. */
  skipHeapType(): void {
    const start = this.at
    this.skipNumber()
    const isIndex = ((this.bytes[this.at - 1] ?? 0) & 0x40) === 0
    if (!isIndex && !isNamedType(this.bytes[start] ?? 0)) throw new RangeError("a type is not known")
  }

  private move(to: number): void {
    if (to > this.end) throw new RangeError("the module is cut off")
    this.at = to
  }
}
