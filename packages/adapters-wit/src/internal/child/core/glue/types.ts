import type { ComponentReader } from "./ComponentReader.ts"
import { alias, declared } from "./externs.ts"
import { type Extern, type Known, other, type Scope, scopeIn } from "./Scope.ts"
import { definedValue, fields, value } from "./valueTypes.ts"

/** Types in types, and components in components. */
export const mostDepth = 16

const functionType = (reader: ComponentReader, scope: Scope): Known => {
  const takes = fields(reader, scope)
  const result = reader.u8()
  if (result > 1) throw new RangeError("a function has a result of an unknown kind")
  const gives = result === 0 ? value(reader, scope) : fields(reader, scope)
  return { kind: "function", bytes: takes + gives }
}

const coreType = (reader: ComponentReader): void => {
  if (reader.u8() !== 0x60) throw new RangeError("a core type is of an unknown kind")
  reader.each(() => reader.skipType())
  reader.each(() => reader.skipType())
}

/** The type of an instance or of a component: declarations with index spaces of their own. */
const instanceType = (reader: ComponentReader, outer: Scope, depth: number): Known => {
  const scope = scopeIn(outer)
  const exports = new Map<string, Extern>()
  reader.each(() => {
    switch (reader.u8()) {
      case 0:
        return coreType(reader)
      case 1:
        return void scope.types.push(type(reader, scope, depth + 1))
      case 2:
        return alias(reader, scope)
      case 3:
        return void declared(reader, scope)
      case 4:
        return void exports.set(...declared(reader, scope))
      default:
        throw new RangeError("a declaration is of an unknown kind")
    }
  })
  return { kind: "instance", exports }
}

/** Reads the definition of a type. */
export const type = (reader: ComponentReader, scope: Scope, depth: number): Known => {
  if (depth > mostDepth) throw new RangeError("types are nested too deeply")
  const byte = reader.u8()
  switch (byte) {
    case 0x40:
    case 0x43:
      return functionType(reader, scope)
    case 0x41:
    case 0x42:
      return instanceType(reader, scope, depth)
    case 0x3f:
      reader.u8()
      if (reader.u8() === 1) reader.u32()
      return other
    default:
      return { kind: "value", bytes: definedValue(reader, scope, byte) }
  }
}
