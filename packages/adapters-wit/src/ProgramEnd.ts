import { Cause, Effect, Exit } from "effect"

const patienceMs = 2_000

const taken = (stream: NodeJS.WriteStream) =>
  new Promise<void>((resolve) => {
    stream.once("error", () => resolve())
    stream.write("", () => resolve())
  })

const allTaken = async () => {
  await Promise.all([taken(process.stdout), taken(process.stderr)])
}

/**
 * Waits until what this program printed is taken, or nobody reads it any more. Node writes to a full pipe later. A
 * program that prints much waits for this between its parts, or it would keep them all in memory.
 */
export const outputTaken: Effect.Effect<void> = Effect.promise(allTaken)

/**
 * How a command line ends: with the exit code of its failure, or with the one that it set itself. It ends once its
 * output is read, because Node drops the rest. One that was told to stop did not fail, and waits at most 2 s for its
 * reader.
 */
export const endProgram =
  (exitCodeOf: (cause: Cause.Cause<unknown>) => number) =>
  <A, E>(exit: Exit.Exit<A, E>, end: (code: number) => void): void => {
    const stopped = Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause)
    const code = Exit.isFailure(exit) && !stopped ? exitCodeOf(exit.cause) : Number(process.exitCode ?? 0)
    if (stopped) setTimeout(() => end(code), patienceMs).unref()
    void allTaken().then(() => end(code))
  }
