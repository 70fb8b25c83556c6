import type { ComponentReader } from "./ComponentReader.ts"
import { bytesOf, find, type Scope, sort } from "./Scope.ts"

/** Less than jco writes for one of each, so that what is refused here would be refused for its glue. */
const least = { plain: 40, text: 150, list: 200, option: 60, case: 60, label: 15 } as const
const textType = 0x73
const firstPrimitive = 0x64
const lastPrimitive = 0x7f

const isPrimitive = (byte: number): boolean => byte >= firstPrimitive && byte <= lastPrimitive
const primitive = (byte: number): number => (byte === textType ? least.text : least.plain)

/** Bytes of a value type: a primitive one, or the index of one that was defined. */
export const value = (reader: ComponentReader, scope: Scope): number =>
  isPrimitive(reader.bytes[reader.at] ?? 0) ? primitive(reader.u8()) : bytesOf(find(scope, sort.type, reader.u32()))

const optional = (reader: ComponentReader, scope: Scope): number => (reader.u8() === 0 ? 0 : value(reader, scope))

const label = (reader: ComponentReader): number => {
  reader.skipName()
  return least.label
}

/** Bytes of the fields of a record, or of the parameters of a function: names and values. */
export const fields = (reader: ComponentReader, scope: Scope): number =>
  reader.sum(() => {
    reader.skipName()
    return value(reader, scope)
  })

const cases = (reader: ComponentReader, scope: Scope): number =>
  reader.sum(() => {
    reader.skipName()
    const bytes = least.case + optional(reader, scope)
    if (reader.u8() === 1) reader.u32()
    return bytes
  })

/** Bytes of a value type that is defined: what follows its first byte is read. */
export const definedValue = (reader: ComponentReader, scope: Scope, byte: number): number => {
  switch (byte) {
    case 0x72:
      return fields(reader, scope)
    case 0x71:
      return cases(reader, scope)
    case 0x70:
      return least.list + value(reader, scope)
    case 0x67: {
      const bytes = value(reader, scope)
      return least.list + bytes * reader.u32()
    }
    case 0x6f:
      return reader.sum(() => value(reader, scope))
    case 0x6e:
    case 0x6d:
      return reader.sum(() => label(reader))
    case 0x6b:
      return least.option + value(reader, scope)
    case 0x6a:
      return least.case + optional(reader, scope) + optional(reader, scope)
    case 0x69:
    case 0x68:
      reader.u32()
      return least.plain
    case 0x66:
    case 0x65:
      return least.plain + optional(reader, scope)
    default:
      if (isPrimitive(byte)) return primitive(byte)
      throw new RangeError("a type is of an unknown kind")
  }
}
