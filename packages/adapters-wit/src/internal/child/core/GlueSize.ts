import { Reader } from "./Reader.ts"

type Known =
  | { readonly kind: "value" | "function"; readonly bytes: number }
  | { readonly kind: "instance"; readonly exports: ReadonlyMap<string, Extern> }
  | { readonly kind: "other" }

interface Extern {
  readonly sort: number
  readonly known: Known
}

/** The index spaces of a component, or of the type of one, that matter here. */
interface Scope {
  readonly outer: Scope | null
  readonly types: Array<Known>
  readonly functions: Array<Known>
  readonly instances: Array<Known>
  readonly components: Array<Known>
}

const scopeIn = (outer: Scope | null): Scope => ({ outer, types: [], functions: [], instances: [], components: [] })

const sort = { core: 0, function: 1, value: 2, type: 3, component: 4, instance: 5 } as const
const sectionId = { component: 4, instance: 5, alias: 6, type: 7, canon: 8, import: 10, export: 11 } as const
const preambleBytes = 8
/** Options of a canonical function that name something by its index: memory, realloc, post-return, callback, core type. */
const withIndex: ReadonlySet<number> = new Set([3, 4, 5, 7, 8])
const mostDepth = 16
/** A component of a large JavaScript engine has 2,000. */
const mostItems = 50_000
/** No valid component of one function comes near: the validator allows a type a million values. */
const mostBytes = 1_000_000_000

const other: Known = { kind: "other" }
const nothing: Known = { kind: "value", bytes: 0 }

/** Less than jco writes for one of each, so that what is refused here would be refused for its glue. */
const least = { plain: 40, text: 150, list: 200, option: 60, case: 60, label: 15 } as const
const textType = 0x73
const firstPrimitive = 0x64
const lastPrimitive = 0x7f

class Scanner {
  private readonly reader: Reader
  glueBytes = 0
  items = 0

  constructor(bytes: Uint8Array) {
    this.reader = new Reader(bytes)
  }

  /** Reads a component; gives it as what an instance of it exports. */
  component(end: number, outer: Scope | null, depth: number): Known {
    if (depth > mostDepth) throw new RangeError("components are too deep in each other")
    const { reader } = this
    const scope = scopeIn(outer)
    const exports = new Map<string, Extern>()
    reader.skip(preambleBytes)
    while (reader.at < end) {
      const id = reader.u8()
      const size = reader.u32()
      const sectionEnd = reader.at + size
      if (sectionEnd > end) throw new RangeError("a section is cut off")
      if (id === sectionId.component) scope.components.push(this.component(sectionEnd, scope, depth + 1))
      else if (id === sectionId.type) this.each(() => scope.types.push(this.type(scope, depth)))
      else if (id === sectionId.instance) this.each(() => scope.instances.push(this.instance(scope)))
      else if (id === sectionId.alias) this.each(() => this.alias(scope))
      else if (id === sectionId.canon) this.canons(scope, sectionEnd)
      else if (id === sectionId.import) this.each(() => this.import(scope))
      else if (id === sectionId.export) this.each(() => exports.set(...this.export(scope)))
      else reader.skip(size)
      if (reader.at !== sectionEnd) throw new RangeError("a section has a wrong size")
    }
    return { kind: "instance", exports }
  }

  private each(read: () => void): void {
    for (let left = this.reader.u32(); left > 0; left--) {
      this.count()
      read()
    }
  }

  private count(): void {
    this.items += 1
    if (this.items > mostItems) throw new RangeError(`the component has more than ${mostItems} types and names`)
  }

  private sum(read: () => number): number {
    let total = 0
    this.each(() => {
      total += read()
    })
    return total
  }

  private typeAt(scope: Scope, index: number): Known {
    return scope.types[index] ?? other
  }

  private bytesOf(known: Known): number {
    return "bytes" in known ? known.bytes : 0
  }

  /** A value type: a primitive one, or the index of one that was defined. */
  private value(scope: Scope): number {
    const { reader } = this
    const byte = reader.bytes[reader.at] ?? 0
    if (byte >= firstPrimitive && byte <= lastPrimitive) return this.primitive(reader.u8())
    return this.bytesOf(this.typeAt(scope, reader.u32()))
  }

  private primitive(byte: number): number {
    return byte === textType ? least.text : least.plain
  }

  private optional(scope: Scope): number {
    return this.reader.u8() === 0 ? 0 : this.value(scope)
  }

  private label(): number {
    this.reader.skip(this.reader.u32())
    return least.label
  }

  /** A field of a record or a parameter: a name and a value. */
  private field(scope: Scope): number {
    this.label()
    return this.value(scope)
  }

  private import(scope: Scope): void {
    this.externName()
    this.add(scope, this.extern(scope))
  }

  private type(scope: Scope, depth: number): Known {
    if (depth > mostDepth) throw new RangeError("types are too deep in each other")
    const { reader } = this
    const byte = reader.u8()
    switch (byte) {
      case 0x40:
      case 0x43:
        return this.functionType(scope)
      case 0x41:
      case 0x42:
        return this.instanceType(scope, depth)
      case 0x3f:
        reader.u8()
        if (reader.u8() === 1) reader.u32()
        return other
      default:
        return { kind: "value", bytes: this.definedValue(scope, byte) }
    }
  }

  private definedValue(scope: Scope, byte: number): number {
    const { reader } = this
    const value = () => this.value(scope)
    switch (byte) {
      case 0x72:
        return this.sum(() => this.field(scope))
      case 0x71:
        return this.sum(() => {
          this.label()
          const bytes = least.case + this.optional(scope)
          if (reader.u8() === 1) reader.u32()
          return bytes
        })
      case 0x70:
        return least.list + value()
      case 0x67: {
        const bytes = value()
        return least.list + bytes * reader.u32()
      }
      case 0x6f:
        return this.sum(value)
      case 0x6e:
      case 0x6d:
        return this.sum(() => this.label())
      case 0x6b:
        return least.option + value()
      case 0x6a:
        return least.case + this.optional(scope) + this.optional(scope)
      case 0x69:
      case 0x68:
        reader.u32()
        return least.plain
      case 0x66:
      case 0x65:
        return least.plain + this.optional(scope)
      default:
        if (byte >= firstPrimitive && byte <= lastPrimitive) return this.primitive(byte)
        throw new RangeError("a type is of a kind that nobody knows here")
    }
  }

  private functionType(scope: Scope): Known {
    const takes = this.sum(() => this.field(scope))
    const result = this.reader.u8()
    if (result === 0) return { kind: "function", bytes: takes + this.value(scope) }
    if (result !== 1) throw new RangeError("a function has a result of a kind that nobody knows here")
    const gives = this.sum(() => this.field(scope))
    return { kind: "function", bytes: takes + gives }
  }

  /** The type of an instance or of a component: declarations with index spaces of their own. */
  private instanceType(outer: Scope, depth: number): Known {
    const scope = scopeIn(outer)
    const exports = new Map<string, Extern>()
    this.each(() => {
      switch (this.reader.u8()) {
        case 0:
          return this.coreType()
        case 1:
          return void scope.types.push(this.type(scope, depth + 1))
        case 2:
          return this.alias(scope)
        case 3:
          return this.import(scope)
        case 4: {
          const name = this.externName()
          const extern = this.extern(scope)
          exports.set(name, extern)
          return this.add(scope, extern)
        }
        default:
          throw new RangeError("a declaration is of a kind that nobody knows here")
      }
    })
    return { kind: "instance", exports }
  }

  private coreType(): void {
    const { reader } = this
    if (reader.u8() !== 0x60) throw new RangeError("a core type is of a kind that nobody knows here")
    this.each(() => reader.skipType())
    this.each(() => reader.skipType())
  }

  private externName(): string {
    const { reader } = this
    if (reader.u8() > 1) throw new RangeError("a name is of a kind that nobody knows here")
    return reader.name()
  }

  private extern(scope: Scope): Extern {
    const { reader } = this
    const kind = reader.u8()
    switch (kind) {
      case sort.core:
        reader.u8()
        reader.u32()
        return { sort: kind, known: other }
      case sort.value:
        if (reader.u8() === 0) reader.u32()
        else this.value(scope)
        return { sort: kind, known: other }
      case sort.type:
        return { sort: kind, known: reader.u8() === 0 ? this.typeAt(scope, reader.u32()) : other }
      case sort.function:
      case sort.component:
      case sort.instance:
        return { sort: kind, known: this.typeAt(scope, reader.u32()) }
      default:
        throw new RangeError("an import or export is of a kind that nobody knows here")
    }
  }

  private add(scope: Scope, { known, sort: of }: Extern): void {
    if (of === sort.type) scope.types.push(known)
    else if (of === sort.function) scope.functions.push(known)
    else if (of === sort.instance) scope.instances.push(known)
    else if (of === sort.component) scope.components.push(known)
  }

  /** A sort and an index of it; the sort of core things has one of its own. */
  private sortIndex(): readonly [of: number, index: number] {
    const of = this.reader.u8()
    if (of === sort.core) this.reader.u8()
    return [of, this.reader.u32()]
  }

  private spaceOf(scope: Scope, of: number): ReadonlyArray<Known> {
    if (of === sort.type) return scope.types
    if (of === sort.function) return scope.functions
    if (of === sort.instance) return scope.instances
    return of === sort.component ? scope.components : []
  }

  private export(scope: Scope): readonly [name: string, extern: Extern] {
    const name = this.externName()
    const [of, index] = this.sortIndex()
    const known = this.spaceOf(scope, of)[index] ?? other
    const ascribed = this.reader.u8() === 0 ? null : this.extern(scope)
    const extern = { sort: of, known: ascribed?.known ?? known }
    this.add(scope, extern)
    return [name, extern]
  }

  private instance(scope: Scope): Known {
    const { reader } = this
    if (reader.u8() === 0) {
      const component = scope.components[reader.u32()] ?? other
      this.each(() => {
        reader.skip(reader.u32())
        this.sortIndex()
      })
      return component
    }
    const exports = new Map<string, Extern>()
    this.each(() => {
      const name = this.externName()
      const [of, index] = this.sortIndex()
      exports.set(name, { sort: of, known: this.spaceOf(scope, of)[index] ?? other })
    })
    return { kind: "instance", exports }
  }

  private alias(scope: Scope): void {
    const { reader } = this
    const of = reader.u8()
    if (of === sort.core) reader.u8()
    const target = reader.u8()
    const index = reader.u32()
    if (target > 2) throw new RangeError("an alias is of a kind that nobody knows here")
    if (target === 2) {
      let from: Scope | null = scope
      for (let up = index; up > 0 && from !== null; up--) from = from.outer
      const at = reader.u32()
      const known = from === null ? other : (this.spaceOf(from, of)[at] ?? other)
      this.add(scope, { sort: of, known })
      return
    }
    const name = reader.name()
    const instance = target === 0 ? scope.instances[index] : undefined
    const known = instance?.kind === "instance" ? (instance.exports.get(name)?.known ?? other) : other
    this.add(scope, { sort: of, known })
  }

  /** Passes over what comes behind a canonical function of another kind, as of asynchronous ones. */
  private canons(scope: Scope, end: number): void {
    const { reader } = this
    for (let left = reader.u32(); left > 0; left--) {
      this.count()
      if (this.canon(scope)) continue
      reader.skip(end - reader.at)
      return
    }
  }

  private canon(scope: Scope): boolean {
    const { reader } = this
    const kind = reader.u8()
    if (kind === 0) {
      reader.u8()
      reader.u32()
      this.options()
      const known = this.typeAt(scope, reader.u32())
      this.glueBytes += this.bytesOf(known)
      scope.functions.push(known)
      return true
    }
    if (kind === 1) {
      reader.u8()
      this.glueBytes += this.bytesOf(scope.functions[reader.u32()] ?? nothing)
      this.options()
      return true
    }
    if (kind < 2 || kind > 4) return false
    reader.u32()
    return true
  }

  private options(): void {
    this.each(() => {
      const option = this.reader.u8()
      if (withIndex.has(option)) this.reader.u32()
    })
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
  const scanner = new Scanner(bytes)
  scanner.component(bytes.byteLength, null, 0)
  if (scanner.glueBytes > mostBytes) throw new RangeError("the component's types are larger than any can be")
  return scanner.glueBytes
}
