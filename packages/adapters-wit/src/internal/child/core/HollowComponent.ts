import { Buffer } from "node:buffer"
import { coreWasm } from "../CoreWasm.ts"
import { moduleShape } from "./ModuleShape.ts"
import { Reader } from "./Reader.ts"
import { preamble, sectionId } from "./Sections.ts"
import { Writer } from "./Writer.ts"

/** A component whose core modules have nothing left but what others see of them. */
export interface HollowComponent {
  readonly bytes: Uint8Array
  /** The module in whose place this one stands, or the same. */
  readonly whole: (module: Uint8Array) => Uint8Array
}

const componentPreambleBytes = 8
const sectionOf = { module: 1, component: 4 } as const
const deepest = 32
/** A size, and behind it a body that can only trap: it is valid for a function of any type. */
const emptyFunction = [3, 0x00, 0x00, 0x0b] as const

const inside: ReadonlySet<number> = new Set([
  sectionId.custom,
  sectionId.start,
  sectionId.element,
  sectionId.data,
  sectionId.dataCount
])

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1")

/** The number makes it unlike any other. Null where jco looks at the code: at that of a module with several memories. */
const hollowModule = (bytes: Uint8Array, number: number): Uint8Array | null => {
  const { imports, memories, sections } = moduleShape(bytes)
  if (imports.memories + memories > 1) return null
  const out = new Writer(65_536)
  out.raw(preamble)
  for (const { body, end, id, start } of sections) {
    if (id === sectionId.code) {
      const count = new Reader(bytes, body, end).u32()
      const code = new Writer(count * emptyFunction.length + 5)
      code.u32(count)
      for (let i = 0; i < count; i++) code.raw(emptyFunction)
      out.u8(id)
      out.sized(code.view())
    } else if (!inside.has(id)) out.raw(bytes.subarray(start, end))
  }
  const mark = new Writer()
  mark.name("hollow")
  mark.u32(number)
  out.u8(sectionId.custom)
  out.sized(mark.view())
  return out.view()
}

/**
 * A component for a transpiler that reads all code and uses none of it. What is taken out is valid: the engine has looked at it,
 * as it does again before it runs. A component of which anything is not valid, or not known here, stays whole.
 */
export const hollowComponent = (component: Uint8Array): HollowComponent => {
  const modules = new Map<string, Uint8Array>()

  const moduleIn = (bytes: Uint8Array): Uint8Array => {
    if (!coreWasm.validate(bytes)) throw new RangeError("a module is not valid")
    const hollow = hollowModule(bytes, modules.size)
    if (hollow === null) return bytes
    modules.set(textOf(hollow), bytes)
    return hollow
  }

  const copy = (bytes: Uint8Array, depth: number): Uint8Array => {
    if (depth > deepest) throw new RangeError("components are nested too deep")
    const out = new Writer(65_536)
    const reader = new Reader(bytes)
    reader.skip(componentPreambleBytes)
    out.raw(bytes.subarray(0, reader.at))
    while (!reader.done) {
      const start = reader.at
      const id = reader.u8()
      const size = reader.u32()
      const body = bytes.subarray(reader.at, reader.at + size)
      reader.skip(size)
      if (id === sectionOf.module || id === sectionOf.component) {
        out.u8(id)
        out.sized(id === sectionOf.module ? moduleIn(body) : copy(body, depth + 1))
      } else out.raw(bytes.subarray(start, reader.at))
    }
    return out.view()
  }

  try {
    return { bytes: copy(component, 0), whole: (module) => modules.get(textOf(module)) ?? module }
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error
    return { bytes: component, whole: (module) => module }
  }
}
