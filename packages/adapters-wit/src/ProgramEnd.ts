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
 * Waits until what this program printed is taken, or nobody reads it any more. Node writes to a pipe that is full later: whatever prints
 * much waits for this between its parts, or keeps them all in memory.
 */
export const outputTaken: Effect.Effect<void> = Effect.promise(allTaken)

/**
 * How a command line ends: with the exit code that belongs to its failure, or with what it set itself. It ends once its output is taken,
 * because Node drops the rest. One that was told to stop did not fail, and waits 2 s for its reader at most.
 */
export const endProgram =
  (exitCodeOf: (cause: Cause.Cause<unknown>) => number) =>
  <A, E>(exit: Exit.Exit<A, E>, end: (code: number) => void): void => {
    const stopped = Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause)
    const code = Exit.isFailure(exit) && !stopped ? exitCodeOf(exit.cause) : Number(process.exitCode ?? 0)
    if (stopped) setTimeout(() => end(code), patienceMs).unref()
    void allTaken().then(() => end(code))
  }
