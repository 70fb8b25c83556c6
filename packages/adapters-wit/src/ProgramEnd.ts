import { Cause, Effect, Exit } from "effect"

const patienceMs = 2_000

let isLog = false

/** Says that standard output is a log, for whose reader no program waits long. */
export const outputIsLog = (): void => {
  isLog = true
}

const watched = new WeakSet<NodeJS.WriteStream>()
/** Those that nobody reads any more. */
const left = new WeakSet<NodeJS.WriteStream>()

/** Without this a reader that goes away ends the program in the midst of what it does, and with a stack. */
const watch = (stream: NodeJS.WriteStream): void => {
  if (watched.has(stream)) return
  watched.add(stream)
  stream.on("error", () => left.add(stream))
}

const taken = (stream: NodeJS.WriteStream, bytes: Uint8Array | string = "") =>
  new Promise<void>((resolve) => {
    watch(stream)
    if (left.has(stream)) resolve()
    else stream.write(bytes, () => resolve())
  })

const allTaken = async (): Promise<boolean> => {
  await Promise.all([taken(process.stdout), taken(process.stderr)])
  return !left.has(process.stdout)
}

/**
 * Waits until what this program printed is taken, or nobody reads it any more. Node writes to a full pipe later. A
 * program that prints much waits for this between its parts, or it would keep them all in memory. Gives whether
 * somebody may read more of it.
 */
export const outputTaken: Effect.Effect<boolean> = Effect.promise(allTaken)

/** Prints bytes as they are, and waits until they are taken, or nobody reads them any more. */
export const printBytes = (bytes: Uint8Array): Effect.Effect<void> => Effect.promise(() => taken(process.stdout, bytes))

/**
 * How a command line ends: with the exit code of its failure, or with the one that it set itself. It ends once its
 * output is read, because Node drops the rest. One that was told to stop did not fail. It waits at most 2 s for its
 * reader, as does one whose output is a log.
 */
export const endProgram =
  (exitCodeOf: (cause: Cause.Cause<unknown>) => number) =>
  <A, E>(exit: Exit.Exit<A, E>, end: (code: number) => void): void => {
    const stopped = Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause)
    const code = Exit.isFailure(exit) && !stopped ? exitCodeOf(exit.cause) : Number(process.exitCode ?? 0)
    if (stopped || isLog) setTimeout(() => end(code), patienceMs).unref()
    void allTaken().then(() => end(code))
  }
