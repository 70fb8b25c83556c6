import { assert, layer } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import { baseOf } from "../internal/twins/base.ts"
import { type Caller, callerOf } from "../internal/twins/caller.ts"
import { callsOf, type TwinCall, wholeCalls } from "../internal/twins/calls.ts"
import { chanceOf } from "../internal/twins/chance.ts"
import { changed, changedOnce } from "../internal/twins/change.ts"
import { visible } from "../internal/twins/visible.ts"
import { type TwinAnswers, TwinCalls, TwinData } from "./TwinDatabase.ts"

const seconds = Number(process.env["FUZZ_SECONDS"] ?? 2)
const seed = Number(process.env["FUZZ_SEED"] ?? Date.now() % 2 ** 32)

const callsOfSequence = 10
const changesOfTwin = 200
const visibleChanges = 20

const show = (caller: Caller) => JSON.stringify({ ...caller, restrictTo: caller.restrictTo && [...caller.restrictTo] })

const assertSame = (base: TwinAnswers, twin: TwinAnswers, calls: ReadonlyArray<TwinCall>, howToRepeat: string) => {
  for (const [at, call] of calls.entries()) {
    assert.strictEqual(twin.answers[at], base.answers[at], `the answer to ${JSON.stringify(call)}; ${howToRepeat}`)
    assert.strictEqual(twin.audit[at], base.audit[at], `the audit of ${JSON.stringify(call)}; ${howToRepeat}`)
  }
  assert.deepEqual(twin, base, howToRepeat)
}

/**
 * One base database and one caller, both random; the same calls to it and to its twin, which differs from it in rows that
 * the caller may not see.
 */
const compared = Effect.fnUntraced(function* (number: number) {
  const chance = chanceOf(number)
  const { replace } = yield* TwinData
  const { ask, contentHash } = yield* TwinCalls
  const caller = callerOf(chance)
  const base = baseOf(chance, caller, contentHash)
  const seen = visible(base.rows, caller)
  const calls = callsOf(chance, callsOfSequence)
  yield* replace(base.rows)
  const expected = yield* ask(caller, calls)
  const ran = expected.answers.length >= calls.length
  assert.lengthOf(expected.audit, ran ? calls.length : 0)
  const twin = changed(chance, base.rows, base.links, changesOfTwin, (rows) => {
    const now = visible(rows, caller)
    return now.records === seen.records && now.install === seen.install
  })
  yield* replace(twin)
  const howToRepeat = `FUZZ_SEED=${number} FUZZ_SECONDS=0, for ${show(caller)}`
  assertSame(expected, yield* ask(caller, calls), calls, howToRepeat)
  return expected.answers
})

/**
 * Whether the answers differ to two databases that differ in what the caller may see; null where the base has no such
 * neighbour. The calls are all that it takes to see everything.
 */
const differing = Effect.fnUntraced(function* (number: number) {
  const chance = chanceOf(number)
  const { replace } = yield* TwinData
  const { ask, contentHash } = yield* TwinCalls
  const caller = callerOf(chance)
  const { links, rows } = baseOf(chance, caller, contentHash)
  const seen = visible(rows, caller).records
  let other = rows
  for (let tries = 0; tries < 500 && visible(other, caller).records === seen; tries++) {
    other = changedOnce(chance, rows, links)
  }
  if (visible(other, caller).records === seen) return null
  yield* replace(rows)
  const before = yield* ask(caller, wholeCalls)
  yield* replace(other)
  const after = yield* ask(caller, wholeCalls)
  return JSON.stringify(before) !== JSON.stringify(after)
})

/** Kinds of answers, by their first characters. */
const kindOf = (answer: string): string =>
  /^\{"(ok":(null|\{"items":\[\]|\{)|err":"[a-z-]+)/.exec(answer)?.[0] ?? "other"

/**
 * That an answer depends on what its caller may see and on nothing else: two databases that differ in other rows give the
 * same answers, byte for byte, to the same calls. It makes as many as it has time for, from `FUZZ_SEED` on: `FUZZ_SECONDS`
 * (default 2), which as many suites share as there are `parts`. What takes longer or less long is not compared.
 *
 * The suite replaces all rows of the database, so nothing else may use it.
 */
export const twins = <E>(name: string, underTest: Layer.Layer<TwinData | TwinCalls, E>, parts = 1): void =>
  layer(underTest, { excludeTestServices: true })(`Twins: ${name}`, (it) => {
    it.effect(
      "answers the same whatever lies in rows that the caller may not see",
      () =>
        Effect.gen(function* () {
          const kinds = new Map<string, number>()
          const end = performance.now() + (seconds * 1_000) / parts
          let index = 0
          for (; index === 0 || performance.now() < end; index++) {
            for (const answer of yield* compared(seed + index)) {
              kinds.set(kindOf(answer), (kinds.get(kindOf(answer)) ?? 0) + 1)
            }
            yield* Effect.yieldNow
          }
          console.info(`twins: ${name}, FUZZ_SEED=${seed}, ${index} databases`, Object.fromEntries(kinds))
        }),
      { timeout: seconds * 1_000 + 240_000 }
    )

    it.effect("answers otherwise where it is in rows that the caller may see", () =>
      Effect.gen(function* () {
        let compared = 0
        for (let number = 0; number < visibleChanges; number++) {
          const differs = yield* differing(number)
          assert.isNotFalse(differs, `the seed ${number}`)
          if (differs) compared++
        }
        assert.isAtLeast(compared, visibleChanges / 2)
      })
    )
  })
