import type { ComponentReader } from "./ComponentReader.ts"
import { add, type Extern, find, type Known, other, type Scope, sort } from "./Scope.ts"
import { value } from "./valueTypes.ts"

/** Of what type an import or export is. */
const extern = (reader: ComponentReader, scope: Scope): Extern => {
  const kind = reader.u8()
  switch (kind) {
    case sort.core:
      reader.u8()
      reader.u32()
      return { sort: kind, known: other }
    case sort.value:
      if (reader.u8() === 0) reader.u32()
      else value(reader, scope)
      return { sort: kind, known: other }
    case sort.type:
      return { sort: kind, known: reader.u8() === 0 ? find(scope, sort.type, reader.u32()) : other }
    case sort.function:
    case sort.component:
    case sort.instance:
      return { sort: kind, known: find(scope, sort.type, reader.u32()) }
    default:
      throw new RangeError("an import or export is of an unknown kind")
  }
}

/** Reads an import, or an export of a type: a name and what it is of. */
export const declared = (reader: ComponentReader, scope: Scope): readonly [name: string, extern: Extern] => {
  const name = reader.externName()
  const found = extern(reader, scope)
  add(scope, found)
  return [name, found]
}

/** Reads an export of a component, which may say of what type it is. */
export const exported = (reader: ComponentReader, scope: Scope): readonly [name: string, extern: Extern] => {
  const name = reader.externName()
  const [of, index] = reader.sortIndex()
  const known = find(scope, of, index)
  const ascribed = reader.u8() === 0 ? null : extern(reader, scope)
  const found = { sort: of, known: ascribed?.known ?? known }
  add(scope, found)
  return [name, found]
}

/** Reads an instance: of a component, or made of exports. */
export const instance = (reader: ComponentReader, scope: Scope): Known => {
  if (reader.u8() === 0) {
    const component = find(scope, sort.component, reader.u32())
    reader.each(() => {
      reader.skipName()
      reader.sortIndex()
    })
    return component
  }
  const exports = new Map<string, Extern>()
  reader.each(() => {
    const name = reader.externName()
    const [of, index] = reader.sortIndex()
    exports.set(name, { sort: of, known: find(scope, of, index) })
  })
  return { kind: "instance", exports }
}

const outward = (scope: Scope, steps: number): Scope | null => {
  let from: Scope | null = scope
  for (let left = steps; left > 0 && from !== null; left--) from = from.outer
  return from
}

/** Reads another name for a thing of the scopes around, or of an instance. */
export const alias = (reader: ComponentReader, scope: Scope): void => {
  const of = reader.u8()
  if (of === sort.core) reader.u8()
  const target = reader.u8()
  const index = reader.u32()
  if (target > 2) throw new RangeError("an alias is of an unknown kind")
  if (target === 2) {
    const from = outward(scope, index)
    const at = reader.u32()
    add(scope, { sort: of, known: from === null ? other : find(from, of, at) })
    return
  }
  const name = reader.name()
  const from = target === 0 ? find(scope, sort.instance, index) : other
  add(scope, { sort: of, known: from.kind === "instance" ? (from.exports.get(name)?.known ?? other) : other })
}
