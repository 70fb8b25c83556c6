import { UnknownInstruction } from "./Instructions.ts"
import type { Reader } from "./Reader.ts"

/** What a core function takes and gives: the first byte of each type. */
export interface FunctionType {
  readonly takes: ReadonlyArray<number>
  readonly gives: ReadonlyArray<number>
}

const kind = { array: 0x5e, struct: 0x5f, function: 0x60, sub: 0x50, subFinal: 0x4f, group: 0x4e } as const

const list = <A>(reader: Reader, read: () => A): ReadonlyArray<A> => {
  const all: Array<A> = []
  for (let left = reader.u32(); left > 0; left--) all.push(read())
  return all
}

const valueType = (reader: Reader): number => {
  const first = reader.bytes[reader.at] ?? 0
  reader.skipType()
  return first
}

const packed: ReadonlySet<number | undefined> = new Set([0x77, 0x78])

const passField = (reader: Reader): void => {
  if (packed.has(reader.bytes[reader.at])) reader.u8()
  else reader.skipType()
  reader.u8()
}

const compositeType = (reader: Reader, of = reader.u8()): FunctionType | null => {
  switch (of) {
    case kind.function:
      return { takes: list(reader, () => valueType(reader)), gives: list(reader, () => valueType(reader)) }
    case kind.struct:
      list(reader, () => passField(reader))
      return null
    case kind.array:
      passField(reader)
      return null
    default:
      throw new UnknownInstruction(`a type of kind 0x${of.toString(16)}`)
  }
}

const subType = (reader: Reader): FunctionType | null => {
  const of = reader.u8()
  if (of !== kind.sub && of !== kind.subFinal) return compositeType(reader, of)
  list(reader, () => reader.u32())
  return compositeType(reader)
}

/** One entry of a type section: all types of it in their order, null for those that are not of functions. */
export const typeEntry = (reader: Reader): ReadonlyArray<FunctionType | null> => {
  if (reader.bytes[reader.at] !== kind.group) return [subType(reader)]
  reader.u8()
  return list(reader, () => subType(reader))
}
