/** One instruction for a guest: what it does, with what, how often, and whether its exceptions are caught. */
export interface Instruction {
  readonly name: string
  readonly args: ReadonlyArray<number>
  readonly times: number
  readonly caught: boolean
}
export type Program = ReadonlyArray<Instruction>

/** Sixteen flat arguments of a function, and where it writes its answer to. */
const mostArgs = 17
/** Bytes of one instruction: its number, times and caught as half words, and its arguments. */
export const instructionBytes = 8 + 4 * mostArgs

/** A program as a guest reads it; `names` are the guest's instructions in order. */
export const encode = (program: Program, names: ReadonlyArray<string>): Uint8Array => {
  const bytes = new Uint8Array(program.length * instructionBytes)
  const view = new DataView(bytes.buffer)
  for (const [i, { name, args, times, caught }] of program.entries()) {
    const at = i * instructionBytes
    const number = names.indexOf(name)
    if (number < 0) throw new Error(`the guest has no instruction ${name}`)
    view.setUint32(at, number, true)
    view.setUint16(at + 4, times, true)
    view.setUint16(at + 6, caught ? 1 : 0, true)
    for (const [j, arg] of args.entries()) view.setInt32(at + 8 + 4 * j, arg, true)
  }
  return bytes
}

/** One line for each instruction, such as `catch 3 times logging.log-info -1 10`. */
export const show = (program: Program): ReadonlyArray<string> =>
  program.map(({ name, args, times, caught }) => [caught ? "catch" : "do", times, "times", name, ...args].join(" "))

/** The reverse of {@link show}. */
export const read = (lines: ReadonlyArray<string>): Program =>
  lines.map((line) => {
    const [how, times, , name = "", ...args] = line.split(" ")
    return { name, args: args.map(Number), times: Number(times), caught: how === "catch" }
  })
