/** Loaded before a program: its clock jumps a day ahead at the first SIGUSR2, and two days back at the next. */
const day = 86_400_000
const RealDate = Date
let offset = 0

globalThis.Date = class extends RealDate {
  constructor(...given: ReadonlyArray<unknown>) {
    if (given.length === 0) super(RealDate.now() + offset)
    else super(...(given as [number]))
  }
  static override now(): number {
    return RealDate.now() + offset
  }
} as DateConstructor

process.on("SIGUSR2", () => {
  offset = offset === 0 ? day : -day
})
