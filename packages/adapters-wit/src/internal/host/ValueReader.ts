import { type Buffer, isUtf8 } from "node:buffer"
import { tags } from "../child/Encoding.ts"

/** What a guest process sent is not of the type that is due. The message is for the host's own log. */
export class NotOfType extends Error {}

/** There are more values in a message than it may hold. */
export class TooManyValues extends Error {}

/** There are more bytes of text in a message than it may hold. */
export class TooMuchText extends Error {
  override readonly message = "more text than the limit"
}

/** What the values of one message may take together. */
export interface ValueBounds {
  /** Each list, record, option, text, number and so on counts as one. */
  readonly values: number
  /** In bytes. */
  readonly text: number
}

const scanned = 64
const mostNameBytes = 128
const lastAscii = 0x7f
/** Bytes that are a larger part of a frame stay a part of it; others are copied, so that they do not keep it. */
const copiedBytes = 65_536

/**
 * Reads the values of a message of a guest process, one after another, as its caller asks for types. It looks at sizes before
 * it makes anything, and what is not asked for is never looked at.
 */
export class ValueReader {
  private readonly frame: Buffer
  private at: number
  private values = 0
  private text = 0

  constructor(frame: Buffer, at: number) {
    this.frame = frame
    this.at = at
  }

  /** Says what may come from here on. */
  bound({ text, values }: ValueBounds): this {
    this.text = text
    this.values = values
    return this
  }

  /** How many values may come from here on. */
  valuesLeft(): number {
    return this.values
  }

  /** Throws where something is left. */
  end(): void {
    if (this.at !== this.frame.byteLength) throw new NotOfType("bytes behind the end")
  }

  /** Whether an option has no value here; then it is read. */
  skipNone(): boolean {
    if (this.frame[this.at] !== tags.none) return false
    this.begin(tags.none)
    return true
  }

  readText(): string {
    this.begin(tags.text)
    const length = this.readCount()
    this.text -= length
    if (this.text < 0) throw new TooMuchText()
    return this.readUtf8(length)
  }

  readBoolean(): boolean {
    const yes = this.frame[this.at] === tags.true
    this.begin(yes ? tags.true : tags.false)
    return yes
  }

  readNumber(): number {
    this.begin(tags.number)
    return this.frame.readDoubleBE(this.take(8))
  }

  readU64(): bigint {
    this.begin(tags.u64)
    return this.frame.readBigUInt64BE(this.take(8))
  }

  readBytes(): Uint8Array {
    this.begin(tags.bytes)
    const length = this.readCount()
    const from = this.take(length)
    const bytes = new Uint8Array(this.frame.buffer, this.frame.byteOffset + from, length)
    return length > copiedBytes ? bytes : bytes.slice()
  }

  /** How many items of a list follow. */
  readList(): number {
    this.begin(tags.list)
    const count = this.readCount()
    if (count > this.values) throw new TooManyValues()
    return count
  }

  /** How many fields of a record follow: {@link readName}, then a value. */
  readRecord(): number {
    this.begin(tags.record)
    return this.readCount()
  }

  readName(): string {
    const length = this.readCount()
    if (length > mostNameBytes) throw new NotOfType("the name of a field that no type has")
    return this.readUtf8(length)
  }

  private readUtf8(length: number): string {
    const from = this.take(length)
    if (length <= scanned) {
      let i = from
      while (i < this.at && (this.frame[i] as number) <= lastAscii) i++
      if (i === this.at) return this.frame.toString("latin1", from, this.at)
    }
    if (!isUtf8(this.frame.subarray(from, this.at))) throw new NotOfType("text that is not UTF-8")
    return this.frame.toString("utf8", from, this.at)
  }

  private begin(tag: number): void {
    if (--this.values < 0) throw new TooManyValues()
    if (this.frame[this.at] !== tag) throw new NotOfType("a value of another type")
    this.at += 1
  }

  private readCount(): number {
    return this.frame.readUInt32BE(this.take(4))
  }

  private take(length: number): number {
    const from = this.at
    if (length > this.frame.byteLength - from) throw new NotOfType("a value that is cut off")
    this.at = from + length
    return from
  }
}
