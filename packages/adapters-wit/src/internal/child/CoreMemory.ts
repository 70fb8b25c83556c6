import { Reader } from "./core/Reader.ts"
import { type Section, sectionId, sections } from "./core/Sections.ts"
import { writeU32 } from "./Leb128.ts"

/** A linear memory that a core module defines, in pages of 64 KiB. */
export interface CoreMemory {
  readonly minimum: number
  /** Null where the module sets none. */
  readonly maximum: number | null
}

const memorySection = (bytes: Uint8Array): Section | undefined =>
  sections(bytes).find(({ id }) => id === sectionId.memory)

const memoriesIn = (bytes: Uint8Array, section: Section): ReadonlyArray<CoreMemory> => {
  const reader = new Reader(bytes, section.body, section.end)
  const memories = Array.from({ length: Math.min(reader.u32(), section.end - section.body) }, () => {
    const flags = reader.u8()
    if (flags > 1) throw new RangeError("a memory is shared, 64-bit or has pages of its own size")
    return { minimum: reader.u32(), maximum: flags === 1 ? reader.u32() : null }
  })
  if (!reader.done) throw new RangeError("the memory section has a wrong size")
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

/** The memories of modules by the modules' names, and why one cannot be bounded; null where all can. */
export const memoriesOf = (
  modules: ReadonlyArray<readonly [name: string, bytes: Uint8Array]>
): { readonly memories: ReadonlyMap<string, ReadonlyArray<CoreMemory>>; readonly unboundable: string | null } => {
  const memories = new Map<string, ReadonlyArray<CoreMemory>>()
  try {
    for (const [name, bytes] of modules) memories.set(name, coreMemories(bytes))
    return { memories, unboundable: null }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return { memories, unboundable: error.message }
  }
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
  const rewritten = [sectionId.memory, ...writeU32(body.length), ...body]
  const limited = new Uint8Array(bytes.length - (section.end - section.start) + rewritten.length)
  limited.set(bytes.subarray(0, section.start))
  limited.set(rewritten, section.start)
  limited.set(bytes.subarray(section.end), section.start + rewritten.length)
  return limited
}
