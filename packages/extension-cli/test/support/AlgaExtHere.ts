import { Console, Effect, Exit } from "effect"
import { algaExt } from "../../src/AlgaExt.ts"
import { exitCodeOf } from "../../src/ExitCode.ts"

/** What `alga-ext` ended with and wrote. */
export interface AlgaExtRun {
  readonly code: number
  readonly output: string
  readonly errors: string
}

/** Runs `alga-ext` in this process, which spares the start of another. The working directory stays as it is: name the folder. */
export const algaExtHere = async (...args: ReadonlyArray<string>): Promise<AlgaExtRun> => {
  const output: Array<string> = []
  const errors: Array<string> = []
  const written = {
    ...globalThis.console,
    log: (text: unknown) => void output.push(`${text}\n`),
    error: (text: unknown) => void errors.push(`${text}\n`)
  }
  const before = process.exitCode
  process.exitCode = 0
  const exit = await Effect.runPromiseExit(Effect.provideService(algaExt(args), Console.Console, written))
  const code = Exit.isSuccess(exit) ? Number(process.exitCode) : exitCodeOf(exit.cause)
  process.exitCode = before
  return { code, output: output.join(""), errors: errors.join("") }
}
