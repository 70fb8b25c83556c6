import { ComponentReader } from "./glue/ComponentReader.ts"
import { canonicalFunctions } from "./glue/canonicalFunctions.ts"
import { alias, declared, exported, instance } from "./glue/externs.ts"
import { type Extern, type Known, type Scope, scopeIn } from "./glue/Scope.ts"
import { mostDepth, type } from "./glue/types.ts"

const sectionId = { component: 4, instance: 5, alias: 6, type: 7, canon: 8, import: 10, export: 11 } as const
const preambleBytes = 8
/** No valid component of one function comes near: the validator allows a type a million values. */
const mostBytes = 1_000_000_000

class Sections {
  readonly #reader: ComponentReader
  glueBytes = 0

  constructor(reader: ComponentReader) {
    this.#reader = reader
  }

  /** Reads a component; gives it as what an instance of it exports. */
  component(end: number, outer: Scope | null, depth: number): Known {
    if (depth > mostDepth) throw new RangeError("components are nested too deeply")
    const reader = this.#reader
    const scope = scopeIn(outer)
    const exports = new Map<string, Extern>()
    reader.skip(preambleBytes)
    while (reader.at < end) {
      const id = reader.u8()
      const size = reader.u32()
      const sectionEnd = reader.at + size
      if (sectionEnd > end) throw new RangeError("a section is cut off")
      if (id === sectionId.component) scope.components.push(this.component(sectionEnd, scope, depth + 1))
      else if (id === sectionId.type) reader.each(() => scope.types.push(type(reader, scope, depth)))
      else if (id === sectionId.instance) reader.each(() => scope.instances.push(instance(reader, scope)))
      else if (id === sectionId.alias) reader.each(() => alias(reader, scope))
      else if (id === sectionId.canon) this.glueBytes += canonicalFunctions(reader, scope, sectionEnd)
      else if (id === sectionId.import) reader.each(() => declared(reader, scope))
      else if (id === sectionId.export) reader.each(() => exports.set(...exported(reader, scope)))
      else reader.skip(size)
      if (reader.at !== sectionEnd) throw new RangeError("a section has a wrong size")
    }
    return { kind: "instance", exports }
  }
}

/**
 * Bytes of JavaScript that lifting and lowering the functions of a component takes at least, with each use of a type
 * written out, as jco does. It is read in one pass, and no type is written out. Throws a `RangeError` for bytes that are no
 * component, and for one of too many parts.
 *
 * Source: WebAssembly component model, Binary.md.
 */
export const leastGlueBytes = (bytes: Uint8Array): number => {
  const sections = new Sections(new ComponentReader(bytes))
  sections.component(bytes.byteLength, null, 0)
  if (sections.glueBytes > mostBytes) throw new RangeError("the component's types are impossibly large")
  return sections.glueBytes
}
