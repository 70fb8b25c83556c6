import { skipLocals } from "./CodeUse.ts"
import { UnknownInstruction, walkExpression } from "./Instructions.ts"
import { externKind, ignoreInstructions, type ModuleShape } from "./ModuleShape.ts"
import { Reader } from "./Reader.ts"
import { preamble, type Section, sectionId } from "./Sections.ts"
import { Writer } from "./Writer.ts"

/** Where the state of an opened module can be reached. */
export interface OpenedModule {
  readonly bytes: Uint8Array
  /** Names of exports that were added for the memories that the module defines. */
  readonly memories: ReadonlyArray<string>
  /** Names of exports that were added for the numeric mutable globals that the module defines. */
  readonly globals: ReadonlyArray<string>
  /**
   * Whether it imports the size of its memory as `pages` of the marker's module and, as `refused`, what becomes 1 when its
   * memory may not grow; both are mutable `i32`.
   */
  readonly pages: boolean
}

const i32 = 0x7f
const numericTypes: ReadonlySet<number> = new Set([0x7c, 0x7d, 0x7e, i32])
/** Names of the globals that a module imports whose code uses the size of its memory. */
const ownGlobals = ["pages", "refused"] as const
const order = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11]

/** Whether JavaScript can read and write a global of this type whole. */
export const isNumeric = (type: number): boolean => numericTypes.has(type)

const leb = (value: number): ReadonlyArray<number> => {
  const writer = new Writer()
  writer.u32(value)
  return [...writer.view()]
}

/**
 * A function that grows the memory as far as its guest can see: within what is there already nothing happens but that the
 * global of its size changes. The global behind it notes that the engine refused to grow.
 */
const growFunction = (pages: number): ReadonlyArray<number> => {
  const refuse = [0x41, 0x01, 0x24, ...leb(pages + 1)]
  const global = leb(pages)
  const beyond = [0x20, 0x00, 0x3f, 0x00, 0x20, 0x01, 0x6b]
  return [
    ...[0x01, 0x01, i32],
    ...[0x23, ...global, 0x21, 0x01],
    ...[...beyond, 0x4b, 0x04, 0x40],
    ...[...beyond, 0x6b, 0x40, 0x00, 0x41, 0x7f, 0x46, 0x04, 0x40, ...refuse, 0x41, 0x7f, 0x0f, 0x0b],
    ...[0x0b],
    ...[0x20, 0x01, 0x20, 0x00, 0x6a, 0x24, ...global],
    ...[0x20, 0x01, 0x0b]
  ]
}

/**
 * Rewrites a module so that all its state can be read and written from outside. Its memories and numeric mutable
 * globals are exported. If its code uses the size of its memory, that size becomes a global that the host can set back.
 * The code does what it did before, except that memory beyond the size that it sees may be readable. Custom sections
 * are left out. `marker` must not occur among the module's imports and exports.
 */
export const openModule = (
  bytes: Uint8Array,
  shape: ModuleShape,
  marker: string,
  sizesMemory: boolean
): OpenedModule => {
  const pages = shape.imports.globals
  const grow = shape.imports.functions + shape.functions
  const moved = (index: number): number => (sizesMemory && index >= pages ? index + ownGlobals.length : index)

  const memories = Array.from({ length: shape.memories }, (_, i) => ({
    name: `${marker}/memory/${i}`,
    index: shape.imports.memories + i
  }))
  const globals = shape.globals.flatMap(({ mutable, type }, i) =>
    mutable && isNumeric(type) ? [{ name: `${marker}/global/${i}`, index: moved(shape.imports.globals + i) }] : []
  )

  const copyExpression = (reader: Reader, out: Writer, from = reader.at): void => {
    let copied = from
    const replace = (start: number, end: number, instruction: number, index: number): void => {
      out.raw(bytes.subarray(copied, start))
      out.u8(instruction)
      out.u32(index)
      copied = end
    }
    const moveGlobal = (index: number, start: number, end: number): void => {
      if (moved(index) !== index) replace(start, end, bytes[start] ?? 0, moved(index))
    }
    walkExpression(reader, {
      ...ignoreInstructions,
      globalGet: moveGlobal,
      globalSet: moveGlobal,
      memorySize: (_memory, start, end) => replace(start, end, 0x23, pages),
      memoryGrow: (_memory, start, end) => replace(start, end, 0x10, grow)
    })
    out.raw(bytes.subarray(copied, reader.at))
  }

  const copy = (reader: Reader, out: Writer, pass: (reader: Reader) => void): void => {
    const from = reader.at
    pass(reader)
    out.raw(bytes.subarray(from, reader.at))
  }

  const copyList = (reader: Reader, out: Writer, each: () => void): void => {
    const count = reader.u32()
    out.u32(count)
    for (let i = 0; i < count; i++) each()
  }

  const copyElement = (reader: Reader, out: Writer): void => {
    const flags = reader.u8()
    if (flags > 7) throw new UnknownInstruction(`an element segment of kind ${flags}`)
    out.u8(flags)
    if ((flags & 3) === 2) copy(reader, out, () => reader.u32())
    if ((flags & 1) === 0) copyExpression(reader, out)
    if ((flags & 3) !== 0) copy(reader, out, () => (flags < 4 ? reader.u8() : reader.skipType()))
    copyList(reader, out, () => (flags < 4 ? copy(reader, out, () => reader.u32()) : copyExpression(reader, out)))
  }

  const copyData = (reader: Reader, out: Writer): void => {
    const flags = reader.u32()
    out.u32(flags)
    if (flags === 2) copy(reader, out, () => reader.u32())
    if (flags !== 1) copyExpression(reader, out)
    copy(reader, out, () => reader.skip(reader.u32()))
  }

  const body = new Writer(65_536)
  const copyFunction = (reader: Reader, out: Writer): void => {
    reader.u32()
    const start = reader.at
    skipLocals(reader)
    body.clear()
    copyExpression(reader, body, start)
    out.sized(body.view())
  }

  const appended = (reader: Reader, out: Writer, entries: number, bytesOfThem: ReadonlyArray<number>): void => {
    out.u32(reader.u32() + entries)
    copy(reader, out, () => reader.skip(reader.end - reader.at))
    out.raw(bytesOfThem)
  }

  const nothing = new Uint8Array([0])
  const readerOf = (section: Section | undefined): Reader =>
    section === undefined ? new Reader(nothing) : new Reader(bytes, section.body, section.end)

  const writeExports = (reader: Reader, out: Writer): void => {
    reader.u32()
    out.u32(shape.exports.length + memories.length + globals.length)
    for (const { name, kind, index } of shape.exports) {
      out.name(name)
      out.u8(kind)
      out.u32(kind === externKind.global ? moved(index) : index)
    }
    for (const { name, index } of memories) {
      out.name(name)
      out.u8(externKind.memory)
      out.u32(index)
    }
    for (const { name, index } of globals) {
      out.name(name)
      out.u8(externKind.global)
      out.u32(index)
    }
  }

  const pagesImport = (): ReadonlyArray<number> => {
    const writer = new Writer()
    for (const name of ownGlobals) {
      writer.name(marker)
      writer.name(name)
      writer.raw([externKind.global, i32, 1])
    }
    return [...writer.view()]
  }

  const rewriteForPages: Readonly<Record<number, (reader: Reader, out: Writer) => void>> = {
    [sectionId.type]: (reader, out) => appended(reader, out, 1, [0x60, 1, i32, 1, i32]),
    [sectionId.import]: (reader, out) => appended(reader, out, ownGlobals.length, pagesImport()),
    [sectionId.function]: (reader, out) => appended(reader, out, 1, leb(shape.types)),
    [sectionId.global]: (reader, out) =>
      copyList(reader, out, () => {
        copy(reader, out, () => {
          reader.skipType()
          reader.u8()
        })
        copyExpression(reader, out)
      }),
    [sectionId.element]: (reader, out) => copyList(reader, out, () => copyElement(reader, out)),
    [sectionId.data]: (reader, out) => copyList(reader, out, () => copyData(reader, out)),
    [sectionId.code]: (reader, out) => {
      const count = reader.u32()
      out.u32(count + 1)
      for (let i = 0; i < count; i++) copyFunction(reader, out)
      out.sized(growFunction(pages))
    }
  }
  const rewrites: typeof rewriteForPages = {
    ...(sizesMemory ? rewriteForPages : {}),
    ...(memories.length + globals.length > 0 || sizesMemory ? { [sectionId.export]: writeExports } : {})
  }

  const out = new Writer(bytes.byteLength + 4_096)
  out.raw(preamble)
  for (const id of order) {
    const section = shape.sections.find((other) => other.id === id)
    const rewrite = rewrites[id]
    if (rewrite !== undefined && (section !== undefined || id === sectionId.import || id === sectionId.export)) {
      const content = new Writer((section === undefined ? 0 : section.end - section.body) + 4_096)
      rewrite(readerOf(section), content)
      out.u8(id)
      out.sized(content.view())
    } else if (section !== undefined) out.raw(bytes.subarray(section.start, section.end))
  }
  return {
    bytes: out.view(),
    memories: memories.map(({ name }) => name),
    globals: globals.map(({ name }) => name),
    pages: sizesMemory
  }
}
