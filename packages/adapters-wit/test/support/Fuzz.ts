import { type Chance, chanceOf } from "@alga-psa/ext-adapters-memory/contract/Chance"
import { Cause, Effect, References } from "effect"

/** How long random cases run, in seconds: `FUZZ_SECONDS`, or 2. The tests of one file share it. */
const fuzzSeconds = Number(process.env["FUZZ_SECONDS"] ?? 2)

/** The seed of the first case: `FUZZ_SEED`, or another one each time. */
const fuzzSeed = Number(process.env["FUZZ_SEED"] ?? Date.now() % 2 ** 32)

const caseMs = 120_000

/** A timeout for a test of random cases: their time, and enough for set-up and the last case. */
export const fuzzTimeout = { timeout: fuzzSeconds * 1_000 + 2 * caseMs }

/** How a test of random cases shares its time. */
export interface FuzzOptions {
  /** Tests of the same file that share its time. */
  readonly parts: number
  /** Longest time of one case, in milliseconds. Default: 120,000. */
  readonly caseMs?: number
}

/** Runs cases for its part of the time. What a case throws says how to have it again. */
export const fuzz = <E, R>(
  name: string,
  options: FuzzOptions,
  oneCase: (chance: Chance) => Effect.Effect<string, E, R>
) =>
  Effect.gen(function* () {
    const end = performance.now() + (fuzzSeconds * 1_000) / options.parts
    const outcomes = new Map<string, number>()
    let index = 0
    for (; index === 0 || performance.now() < end; index++) {
      const again = `FUZZ_SEED=${fuzzSeed + index} FUZZ_SECONDS=0, ${name}`
      const outcome = yield* oneCase(chanceOf(fuzzSeed + index)).pipe(
        Effect.timeoutOrElse({
          duration: options.caseMs ?? caseMs,
          orElse: () => Effect.die(new Error("took too long"))
        }),
        Effect.catchCause((cause) => {
          const error = Cause.squash(cause)
          return Effect.die(new Error(`${again}\n${error instanceof Error ? error.message : ""}`, { cause: error }))
        })
      )
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
    }
    console.info(`fuzz: ${name}, FUZZ_SEED=${fuzzSeed}, ${index} cases`, Object.fromEntries(outcomes))
  }).pipe(Effect.provideService(References.MinimumLogLevel, "None"))
