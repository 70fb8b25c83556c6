import { Reader } from "./Reader.ts"

/** Ids of the sections of a core module. */
export const sectionId = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
  dataCount: 12,
  tag: 13
} as const

/** One section of a core module. */
export interface Section {
  readonly id: number
  /** Offset of the id byte. */
  readonly start: number
  /** Offset of the first byte behind the size. */
  readonly body: number
  readonly end: number
}

/** How every core module begins: the magic bytes and version 1. */
export const preamble = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00] as const

/** A real module has some twenty, of which most are custom ones. */
const mostSections = 10_000

/**
 * The sections of a core module in their order. Throws a `RangeError` for bytes that are not a core module, for a second
 * section of one kind (custom sections apart), and for more than 10,000 sections.
 */
export const sections = (bytes: Uint8Array): ReadonlyArray<Section> => {
  if (preamble.some((byte, i) => bytes[i] !== byte)) throw new RangeError("not a core WebAssembly module")
  const found: Array<Section> = []
  const reader = new Reader(bytes, preamble.length)
  while (!reader.done) {
    if (found.length === mostSections) throw new RangeError("the module has too many sections")
    const start = reader.at
    const id = reader.u8()
    const size = reader.u32()
    const body = reader.at
    reader.skip(size)
    if (id !== sectionId.custom && found.some((other) => other.id === id)) {
      throw new RangeError("a section is there twice")
    }
    found.push({ id, start, body, end: reader.at })
  }
  return found
}
