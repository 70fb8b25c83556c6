import type { ComponentReader } from "./ComponentReader.ts"
import { bytesOf, find, type Scope, sort } from "./Scope.ts"

/** Options of a canonical function that name something by its index: memory, realloc, post-return, callback, core type. */
const withIndex: ReadonlySet<number> = new Set([3, 4, 5, 7, 8])

const options = (reader: ComponentReader): void =>
  reader.each(() => {
    if (withIndex.has(reader.u8())) reader.u32()
  })

const lift = (reader: ComponentReader, scope: Scope): number => {
  reader.u8()
  reader.u32()
  options(reader)
  const known = find(scope, sort.type, reader.u32())
  scope.functions.push(known)
  return bytesOf(known)
}

const lower = (reader: ComponentReader, scope: Scope): number => {
  reader.u8()
  const known = find(scope, sort.function, reader.u32())
  options(reader)
  return bytesOf(known)
}

/**
 * Bytes of glue for the canonical functions of a section, which ends at `end`. Passes over what comes behind a function of
 * another kind, as of asynchronous ones.
 */
export const canonicalFunctions = (reader: ComponentReader, scope: Scope, end: number): number => {
  let bytes = 0
  reader.each(() => {
    const kind = reader.u8()
    if (kind === 0) bytes += lift(reader, scope)
    else if (kind === 1) bytes += lower(reader, scope)
    else if (kind <= 4) reader.u32()
    else {
      reader.skip(end - reader.at)
      return false
    }
    return true
  })
  return bytes
}
