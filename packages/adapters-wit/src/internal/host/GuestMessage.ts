import type { Buffer } from "node:buffer"
import { messageTypes } from "../child/Encoding.ts"
import { type FailReason, failReasons } from "../child/Messages.ts"
import { NotOfType, TooManyValues, TooMuchText, ValueReader } from "./ValueReader.ts"

/** A message of a guest. Of what it carries for others, nothing was read: they know the type that is due. */
export type GuestMessage =
  | { readonly type: "ready" }
  | { readonly type: "loaded" }
  | { readonly type: "call"; readonly interface: string; readonly function: string; readonly args: ValueReader }
  | {
      readonly type: "done"
      readonly obstacle: string | null
      readonly residentBytes: number
      readonly memoryRefused: boolean
      readonly memoryBytes: number
      readonly response: ValueReader
    }
  | { readonly type: "fail"; readonly reason: FailReason; readonly detail: string }

/** Bounds the guest's own fields of a message, in bytes; the names and the detail that our program sends are shorter. */
const own = { values: 4, text: 4_096 }

const isSize = (value: number): boolean => Number.isSafeInteger(value) && value >= 0
const isFailReason = (value: string): value is FailReason => failReasons.some((reason) => reason === value)

const readers: { readonly [Type in GuestMessage["type"]]: (reader: ValueReader) => GuestMessage } = {
  ready: (reader) => {
    reader.end()
    return { type: "ready" }
  },
  loaded: (reader) => {
    reader.end()
    return { type: "loaded" }
  },
  call: (reader) => ({ type: "call", interface: reader.readText(), function: reader.readText(), args: reader }),
  done: (reader) => {
    const obstacle = reader.skipNone() ? null : reader.readText()
    const residentBytes = reader.readNumber()
    const memoryRefused = reader.readBoolean()
    const memoryBytes = reader.readNumber()
    if (!isSize(residentBytes) || !isSize(memoryBytes)) throw new NotOfType("a size that no process has")
    return { type: "done", obstacle, residentBytes, memoryRefused, memoryBytes, response: reader }
  },
  fail: (reader) => {
    const reason = reader.readText()
    const detail = reader.readText()
    reader.end()
    if (!isFailReason(reason)) throw new NotOfType("a reason that the guest's program does not know")
    return { type: "fail", reason, detail }
  }
}

const byTag = new Map(
  Object.entries(messageTypes).map(([type, tag]) => [tag as number, readers[type as keyof typeof messageTypes]])
)

/** Whether a reader threw this for what the guest sent. */
export const isRefusal = (error: unknown): error is NotOfType | TooManyValues | TooMuchText =>
  error instanceof NotOfType || error instanceof TooManyValues || error instanceof TooMuchText

/** The message in a frame of a guest, or null where no guest's program sends such a one. */
export const guestMessage = (frame: Buffer): GuestMessage | null => {
  const read = byTag.get(frame[0] ?? 0)
  try {
    return read?.(new ValueReader(frame, 1).bound(own)) ?? null
  } catch (error) {
    if (isRefusal(error)) return null
    throw error
  }
}
