import { Buffer } from "node:buffer"
import { messageTypes, tags } from "./Encoding.ts"
import type { FromGuest } from "./Messages.ts"

/** A message has more bytes than it may. */
export class MessageTooLarge extends Error {}

const headerBytes = 4
const keptBytes = 65_536
/** Up to here a loop is faster than a call into the engine. */
const shortText = 48
const lastAscii = 0x7f

let frame = Buffer.allocUnsafe(keptBytes)
let at = 0
let most = 0

const makeRoom = (count: number): void => {
  const length = at + count
  if (length > most) throw new MessageTooLarge()
  if (length <= frame.byteLength) return
  const larger = Buffer.allocUnsafe(Math.min(Math.max(length, frame.byteLength * 2), most))
  larger.set(frame.subarray(0, at))
  frame.fill(0)
  frame = larger
}

const putByte = (byte: number): void => {
  makeRoom(1)
  frame[at++] = byte
}

const putCount = (count: number): void => {
  makeRoom(4)
  at = frame.writeUInt32BE(count, at)
}

/** Writes a text of nothing but ASCII behind its length; false where it is another. */
const putAscii = (text: string): boolean => {
  const { length } = text
  makeRoom(4 + length)
  const begin = at + 4
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    if (code > lastAscii) return false
    frame[begin + i] = code
  }
  frame.writeUInt32BE(length, at)
  at = begin + length
  return true
}

const putText = (text: string): void => {
  if (text.length <= shortText && putAscii(text)) return
  const length = Buffer.byteLength(text)
  makeRoom(4 + length)
  at = frame.writeUInt32BE(length, at)
  at += frame.write(text, at, "utf8")
}

const putNumber = (value: number): void => {
  putByte(tags.number)
  makeRoom(8)
  at = frame.writeDoubleBE(value, at)
}

const putU64 = (value: bigint): void => {
  putByte(tags.u64)
  makeRoom(8)
  at = frame.writeBigUInt64BE(BigInt.asUintN(64, value), at)
}

const putBytes = (bytes: Uint8Array): void => {
  putByte(tags.bytes)
  putCount(bytes.byteLength)
  makeRoom(bytes.byteLength)
  frame.set(bytes, at)
  at += bytes.byteLength
}

const putList = (items: ReadonlyArray<unknown>): void => {
  putByte(tags.list)
  putCount(items.length)
  for (const item of items) putValue(item)
}

const putRecord = (record: object): void => {
  const names = Object.keys(record)
  putByte(tags.record)
  putCount(names.length)
  for (const name of names) {
    putText(name)
    putValue(Reflect.get(record, name))
  }
}

const putValue = (value: unknown): void => {
  if (typeof value === "string") {
    putByte(tags.text)
    putText(value)
  } else if (value === null || value === undefined) putByte(tags.none)
  else if (typeof value === "number") putNumber(value)
  else if (typeof value === "boolean") putByte(value ? tags.true : tags.false)
  else if (typeof value === "bigint") putU64(value)
  else if (typeof value !== "object") throw new TypeError("a value cannot cross the pipe")
  else if (value instanceof Uint8Array) putBytes(value)
  else if (Array.isArray(value)) putList(value)
  else putRecord(value)
}

/** What a message holds behind its type, in the order in which the host reads it. */
const valuesOf = (message: FromGuest): ReadonlyArray<unknown> => {
  switch (message.type) {
    case "call":
      return [message.interface, message.function, message.args]
    case "done":
      return [message.obstacle, message.residentBytes, message.memoryRefused, message.memoryBytes, message.response]
    case "fail":
      return [message.reason, message.detail]
    default:
      return []
  }
}

/** Overwrites the last frame. */
export const forgetWritten = (): void => {
  frame.fill(0)
  if (frame.byteLength > keptBytes) frame = Buffer.allocUnsafe(keptBytes)
}

/**
 * The frame of a message, its length first. It is there until the next call. Throws {@link MessageTooLarge} as soon as the
 * message has more than `mostBytes`, and a `TypeError` for functions and symbols.
 */
export const encode = (message: FromGuest, mostBytes = Number.POSITIVE_INFINITY): Buffer => {
  if (frame.byteLength > keptBytes) forgetWritten()
  at = headerBytes
  most = headerBytes + mostBytes
  putByte(messageTypes[message.type])
  for (const value of valuesOf(message)) putValue(value)
  frame.writeUInt32BE(at - headerBytes, 0)
  return frame.subarray(0, at)
}
