import type { FunctionType } from "./FunctionTypes.ts"
import { moduleFunctionImports } from "./ModuleShape.ts"
import { isNumeric } from "./OpenModule.ts"
import { preamble, sectionId } from "./Sections.ts"
import { Writer } from "./Writer.ts"

/** A function that a core module imports, and the name under which the adapter imports and exports it. */
export interface AdaptedImport {
  readonly module: string
  readonly name: string
  readonly adapter: string
}

const maxResults = 1
const noResult = 0x40
/** `block`, then `try_table` with one clause `catch_all` that leaves the block. */
const begin = (result: number): ReadonlyArray<number> => [0x02, 0x40, 0x1f, result, 0x01, 0x02, 0x00]
/** The ends of both around a `return`, then `unreachable`. */
const end = [0x0b, 0x0f, 0x0b, 0x00, 0x0b]

/**
 * How many 64-bit variables the function has that only asks for room on the stack: 128 KiB. JavaScript needs a third of that for
 * a host call at most, and less once its code is compiled. So whether a call has room depends on the guest alone.
 */
const reservedLocals = 16_384
const i64 = 0x7e

const canBeAdapted = ({ gives, takes }: FunctionType): boolean =>
  gives.length <= maxResults && [...takes, ...gives].every(isNumeric)

const section = (out: Writer, id: number, entries: ReadonlyArray<(entry: Writer) => void>): void => {
  const content = new Writer()
  content.u32(entries.length)
  for (const write of entries) write(content)
  out.u8(id)
  out.sized(content.view())
}

/**
 * A core module with a function for each numeric function that a module imports. It calls the import, and traps where that
 * throws anything, or where the stack has too little room for JavaScript. No code can catch such a trap, so no guest learns how
 * deep the stack was, or what else went wrong in JavaScript.
 */
export const hostCallAdapter = (
  bytes: Uint8Array
): { readonly bytes: Uint8Array; readonly imports: ReadonlyArray<AdaptedImport> } => {
  const all = moduleFunctionImports(bytes).filter(({ type }) => canBeAdapted(type))
  const imports = all.map(({ module, name }, i) => ({ module, name, adapter: String(i) }))
  const out = new Writer(1_024)
  out.raw(preamble)
  section(
    out,
    sectionId.type,
    [...all.map(({ type }) => type), { takes: [], gives: [] }].map(({ gives, takes }) => (entry) => {
      entry.u8(0x60)
      entry.sized(takes)
      entry.sized(gives)
    })
  )
  section(
    out,
    sectionId.import,
    imports.map(({ adapter }, i) => (entry) => {
      entry.name("")
      entry.name(adapter)
      entry.u8(0)
      entry.u32(i)
    })
  )
  section(
    out,
    sectionId.function,
    [...all.keys(), all.length].map((type) => (entry) => entry.u32(type))
  )
  section(
    out,
    sectionId.export,
    imports.map(({ adapter }, i) => (entry) => {
      entry.name(adapter)
      entry.u8(0)
      entry.u32(all.length + i)
    })
  )
  section(out, sectionId.code, [
    ...all.map(({ type }, i) => (entry: Writer) => {
      const body = new Writer()
      body.u32(0)
      body.raw(begin(type.gives[0] ?? noResult))
      body.u8(0x10)
      body.u32(2 * all.length)
      for (const local of type.takes.keys()) {
        body.u8(0x20)
        body.u32(local)
      }
      body.u8(0x10)
      body.u32(i)
      body.raw(end)
      entry.sized(body.view())
    }),
    (entry: Writer) => {
      const body = new Writer()
      body.u32(1)
      body.u32(reservedLocals)
      body.u8(i64)
      body.u8(0x0b)
      entry.sized(body.view())
    }
  ])
  return { bytes: out.view().slice(), imports }
}
