import { Reader } from "./Reader.ts"

const preambleLength = 8
const componentLayer = 0x01
const sectionOf = { component: 4, canonical: 8 } as const
const deepest = 32

/** The canonical functions that a component may use: those of the world and of the components that the engines make. */
const allowed: ReadonlyMap<number, (reader: Reader) => void> = new Map([
  [0x00, passLift],
  [0x01, passLower],
  [0x02, passIndex],
  [0x03, passIndex],
  [0x04, passIndex]
])

/** What the binary format calls those that are refused; it is for the message alone. */
const names: ReadonlyMap<number, string> = new Map([
  [0x05, "task.cancel"],
  [0x06, "subtask.cancel"],
  [0x07, "resource.drop async"],
  [0x08, "backpressure.set"],
  [0x09, "task.return"],
  [0x0a, "context.get"],
  [0x0b, "context.set"],
  [0x0c, "thread.yield"],
  [0x0d, "subtask.drop"],
  [0x0e, "stream.new"],
  [0x0f, "stream.read"],
  [0x10, "stream.write"],
  [0x11, "stream.cancel-read"],
  [0x12, "stream.cancel-write"],
  [0x13, "stream.drop-readable"],
  [0x14, "stream.drop-writable"],
  [0x15, "future.new"],
  [0x16, "future.read"],
  [0x17, "future.write"],
  [0x18, "future.cancel-read"],
  [0x19, "future.cancel-write"],
  [0x1a, "future.drop-readable"],
  [0x1b, "future.drop-writable"],
  [0x1c, "error-context.new"],
  [0x1d, "error-context.debug-message"],
  [0x1e, "error-context.drop"],
  [0x1f, "waitable-set.new"],
  [0x20, "waitable-set.wait"],
  [0x21, "waitable-set.poll"],
  [0x22, "waitable-set.drop"],
  [0x23, "waitable.join"],
  [0x24, "backpressure.inc"],
  [0x25, "backpressure.dec"],
  [0x26, "thread.index"],
  [0x27, "thread.new-indirect"],
  [0x28, "thread.switch-to"],
  [0x29, "thread.suspend"],
  [0x2a, "thread.resume-later"],
  [0x2b, "thread.yield-to"],
  [0x40, "thread.spawn-ref"],
  [0x41, "thread.spawn-indirect"],
  [0x42, "thread.available-parallelism"]
])

/** Options by their first byte: whether an index follows. Those that are missing make a function asynchronous, or are later. */
const options: ReadonlyMap<number, boolean> = new Map([
  [0x00, false],
  [0x01, false],
  [0x02, false],
  [0x03, true],
  [0x04, true],
  [0x05, true]
])

class NotAllowed extends Error {}

function passIndex(reader: Reader): void {
  reader.u32()
}

function passOptions(reader: Reader, of: string): void {
  for (let left = reader.u32(); left > 0; left--) {
    const option = reader.u8()
    const hasIndex = options.get(option)
    if (hasIndex === undefined) {
      throw new NotAllowed(option === 0x06 ? `${of} async` : `${of} with option 0x${option.toString(16)}`)
    }
    if (hasIndex) reader.u32()
  }
}

function passLift(reader: Reader): void {
  reader.u8()
  reader.u32()
  passOptions(reader, "lift")
  reader.u32()
}

function passLower(reader: Reader): void {
  reader.u8()
  reader.u32()
  passOptions(reader, "lower")
}

const checkFunctions = (reader: Reader): void => {
  for (let left = reader.u32(); left > 0; left--) {
    const code = reader.u8()
    const pass = allowed.get(code)
    if (pass === undefined) throw new NotAllowed(names.get(code) ?? `0x${code.toString(16)}`)
    pass(reader)
  }
}

const checkComponent = (bytes: Uint8Array, from: number, end: number, depth: number): void => {
  if (depth > deepest) throw new RangeError(`components are nested by more than ${deepest} levels`)
  if (bytes[from + preambleLength - 2] !== componentLayer) throw new RangeError("not a component")
  const reader = new Reader(bytes, from + preambleLength, end)
  while (!reader.done) {
    const id = reader.u8()
    const size = reader.u32()
    const body = reader.at
    reader.skip(size)
    if (id === sectionOf.component) checkComponent(bytes, body, reader.at, depth + 1)
    if (id === sectionOf.canonical) checkFunctions(new Reader(bytes, body, reader.at))
  }
}

/**
 * The first canonical function of a component, or of one inside it, that is not allowed; null where all are: `lift`,
 * `lower`, `resource.new`, `resource.drop` and `resource.rep`, none of them asynchronous. Throws a `RangeError` for bytes
 * that are no component.
 */
export const forbiddenCanonical = (bytes: Uint8Array): string | null => {
  try {
    checkComponent(bytes, 0, bytes.byteLength, 0)
    return null
  } catch (error) {
    if (error instanceof NotAllowed) return error.message
    throw error
  }
}
