import type { Reader } from "./Reader.ts"

/** An instruction, or a use of one, that this program does not know. */
export class UnknownInstruction extends RangeError {}

/** An instruction with one index: the index, and the instruction's first byte and the byte behind it as offsets. */
export type IndexVisitor = (index: number, start: number, end: number) => void

/** What a walk over code reports. */
export interface InstructionVisitor {
  readonly globalGet: IndexVisitor
  readonly globalSet: IndexVisitor
  readonly memorySize: IndexVisitor
  readonly memoryGrow: IndexVisitor
  /** Changes a table: `table.set`, `table.init`, `table.copy`, `table.grow`, `table.fill`. */
  readonly tableWrite: () => void
  /** Changes what a segment holds: `data.drop`, `elem.drop`. */
  readonly segmentDrop: () => void
}

type Pass = (reader: Reader, visit: InstructionVisitor, start: number) => void

const memoryIndexFlag = 0x40
const alignment = 0x07

const memoryArgument = (reader: Reader): void => {
  const flags = reader.u32()
  if ((flags & ~(memoryIndexFlag | alignment)) !== 0)
    throw new UnknownInstruction(`a memory argument 0x${flags.toString(16)}`)
  if ((flags & memoryIndexFlag) !== 0) reader.u32()
  reader.skipNumber()
}

const indices = (reader: Reader, count: number): void => {
  for (let i = 0; i < count; i++) reader.u32()
}

const nothing: Pass = () => {}
const number: Pass = (reader) => reader.skipNumber()
const oneIndex: Pass = (reader) => indices(reader, 1)
const twoIndices: Pass = (reader) => indices(reader, 2)

const blockType: Pass = (reader) => {
  const byte = reader.bytes[reader.at]
  if (byte === 0x63 || byte === 0x64) reader.skipType()
  else reader.skipNumber()
}

const lastCatchKind = 3

const tryTable: Pass = (reader, visit, start) => {
  blockType(reader, visit, start)
  const count = reader.u32()
  for (let i = 0; i < count; i++) {
    const kind = reader.u8()
    if (kind > lastCatchKind) throw new UnknownInstruction(`a catch of kind ${kind}`)
    indices(reader, kind < 2 ? 2 : 1)
  }
}

const selectTyped: Pass = (reader) => {
  const count = reader.u32()
  for (let i = 0; i < count; i++) reader.skipType()
}

const visitIndex =
  (of: "globalGet" | "globalSet" | "memorySize" | "memoryGrow"): Pass =>
  (reader, visit, start) =>
    visit[of](reader.u32(), start, reader.at)

const writing =
  (what: "tableWrite" | "segmentDrop", operands: number): Pass =>
  (reader, visit) => {
    indices(reader, operands)
    visit[what]()
  }

const bulkOperations: ReadonlyMap<number, Pass> = new Map([
  ...[0, 1, 2, 3, 4, 5, 6, 7, 19, 20, 21, 22].map((operation) => [operation, nothing] as const),
  ...[8, 10].map((operation) => [operation, twoIndices] as const),
  ...[11, 16].map((operation) => [operation, oneIndex] as const),
  ...[9, 13].map((operation) => [operation, writing("segmentDrop", 1)] as const),
  ...[12, 14].map((operation) => [operation, writing("tableWrite", 2)] as const),
  ...[15, 17].map((operation) => [operation, writing("tableWrite", 1)] as const)
])

const bulk: Pass = (reader, visit, start) => {
  const operation = reader.u32()
  const pass = bulkOperations.get(operation)
  if (pass === undefined) throw new UnknownInstruction(`0xfc ${operation}`)
  pass(reader, visit, start)
}

const lastVectorOperation = 0x113

const vector: Pass = (reader) => {
  const operation = reader.u32()
  if (operation > lastVectorOperation) throw new UnknownInstruction(`0xfd ${operation}`)
  const laneAccess = operation > 83 && operation < 92
  if (operation < 12 || operation === 92 || operation === 93 || laneAccess) memoryArgument(reader)
  if (operation === 12 || operation === 13) reader.skip(16)
  if (laneAccess || (operation > 20 && operation < 35)) reader.skip(1)
}

const lastAtomicOperation = 0x4e

const atomic: Pass = (reader) => {
  const operation = reader.u32()
  if (operation > lastAtomicOperation) throw new UnknownInstruction(`0xfe ${operation}`)
  if (operation === 3) reader.skip(1)
  else memoryArgument(reader)
}

const range = (from: number, to: number): ReadonlyArray<number> =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i)

/** How many blocks are open behind an instruction, beside those before it. */
const opened = Int8Array.from(range(0, 0xff), (opcode) => {
  if ([0x02, 0x03, 0x04, 0x1f].includes(opcode)) return 1
  return opcode === 0x0b ? -1 : 0
})

const table: ReadonlyArray<readonly [pass: Pass, opcodes: ReadonlyArray<number>]> = [
  [nothing, [0x00, 0x01, 0x05, 0x0a, 0x0b, 0x0f, 0x1a, 0x1b, 0xd1, 0xd3, 0xd4, ...range(0x45, 0xc4)]],
  [blockType, [0x02, 0x03, 0x04]],
  [tryTable, [0x1f]],
  [oneIndex, [0x08, 0x0c, 0x0d, 0x10, 0x12, 0x14, 0x15, 0x20, 0x21, 0x22, 0x25, 0xd2, 0xd5, 0xd6]],
  [twoIndices, [0x11, 0x13]],
  [(reader) => indices(reader, reader.u32() + 1), [0x0e]],
  [selectTyped, [0x1c]],
  [visitIndex("globalGet"), [0x23]],
  [visitIndex("globalSet"), [0x24]],
  [writing("tableWrite", 1), [0x26]],
  [memoryArgument, range(0x28, 0x3e)],
  [visitIndex("memorySize"), [0x3f]],
  [visitIndex("memoryGrow"), [0x40]],
  [number, [0x41, 0x42]],
  [(reader) => reader.skipHeapType(), [0xd0]],
  [(reader) => reader.skip(4), [0x43]],
  [(reader) => reader.skip(8), [0x44]],
  [bulk, [0xfc]],
  [vector, [0xfd]],
  [atomic, [0xfe]]
]

const passes: ReadonlyArray<Pass | undefined> = range(0, 0xff).map(
  (opcode) => table.find(([, opcodes]) => opcodes.includes(opcode))?.[0]
)

/**
 * Passes one expression, nested blocks included, up to and with its last `end`. Throws {@link UnknownInstruction} for what
 * came into WebAssembly later, for objects of the garbage collector, and for the old instructions of exceptions.
 */
export const walkExpression = (reader: Reader, visit: InstructionVisitor): void => {
  for (let depth = 1; depth > 0; ) {
    const start = reader.at
    const opcode = reader.u8()
    const pass = passes[opcode]
    if (pass === undefined) throw new UnknownInstruction(`0x${opcode.toString(16)}`)
    pass(reader, visit, start)
    depth += opened[opcode] ?? 0
  }
}
