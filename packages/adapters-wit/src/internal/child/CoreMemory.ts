import { readU32, writeU32 } from "./Leb128.ts"

/** A linear memory that a core module defines, in pages of 64 KiB. */
export interface CoreMemory {
  readonly minimum: number
  /** Null where the module sets none. */
  readonly maximum: number | null
}

const memorySectionId = 5
const magic = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]

interface Section {
  readonly id: number
  /** Offset of the id byte. */
  readonly start: number
  readonly body: number
  readonly end: number
}

const sections = (bytes: Uint8Array): ReadonlyArray<Section> => {
  if (magic.some((byte, i) => bytes[i] !== byte)) throw new RangeError("not a core WebAssembly module")
  const found: Array<Section> = []
  let start = magic.length
  while (start < bytes.length) {
    const size = readU32(bytes, start + 1)
    const end = size.next + size.value
    if (end > bytes.length) throw new RangeError("a section is cut off")
    found.push({ id: bytes[start] ?? 0, start, body: size.next, end })
    start = end
  }
  return found
}

const memorySection = (bytes: Uint8Array): Section | undefined => {
  const found = sections(bytes).filter((section) => section.id === memorySectionId)
  if (found.length > 1) throw new RangeError("more than one memory section")
  return found[0]
}

const memoriesIn = (bytes: Uint8Array, section: Section): ReadonlyArray<CoreMemory> => {
  const count = readU32(bytes, section.body)
  const memories: Array<CoreMemory> = []
  let offset = count.next
  for (let i = 0; i < count.value; i++) {
    const flags = bytes[offset]
    if (flags !== 0 && flags !== 1) throw new RangeError("a memory is shared, 64-bit or has pages of its own size")
    const minimum = readU32(bytes, offset + 1)
    const maximum = flags === 1 ? readU32(bytes, minimum.next) : null
    memories.push({ minimum: minimum.value, maximum: maximum?.value ?? null })
    offset = maximum?.next ?? minimum.next
  }
  if (offset !== section.end) throw new RangeError("the memory section has a wrong size")
  return memories
}

/**
 * The memories that a core module defines itself; those it imports are another module's. Throws a `RangeError` for
 * bytes that are no core module and for memories that cannot be bounded: shared, 64-bit, with other page sizes.
 */
export const coreMemories = (bytes: Uint8Array): ReadonlyArray<CoreMemory> => {
  const section = memorySection(bytes)
  return section === undefined ? [] : memoriesIn(bytes, section)
}

/**
 * The same module with the given maximum, in pages, for each memory that it defines. A smaller maximum that the
 * module sets itself stays. Throws a `RangeError` where a maximum is below the memory's minimum.
 */
export const limitCoreMemories = (bytes: Uint8Array, maxima: ReadonlyArray<number>): Uint8Array => {
  const section = memorySection(bytes)
  if (section === undefined) return bytes
  const memories = memoriesIn(bytes, section)
  const body = [...writeU32(memories.length)]
  for (const [i, memory] of memories.entries()) {
    const maximum = Math.min(maxima[i] ?? 0, memory.maximum ?? Number.POSITIVE_INFINITY)
    if (maximum < memory.minimum) throw new RangeError("a memory starts larger than its limit")
    body.push(1, ...writeU32(memory.minimum), ...writeU32(maximum))
  }
  const rewritten = [memorySectionId, ...writeU32(body.length), ...body]
  const limited = new Uint8Array(bytes.length - (section.end - section.start) + rewritten.length)
  limited.set(bytes.subarray(0, section.start))
  limited.set(rewritten, section.start)
  limited.set(bytes.subarray(section.end), section.start + rewritten.length)
  return limited
}
