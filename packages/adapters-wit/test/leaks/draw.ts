import type { Chance } from "@alga-psa/ext-adapters-memory/contract/Chance"
import type { Guest } from "./Guest.ts"
import type { Imported } from "./guestText.ts"
import { bytesOfPage, layout, operationsOf, startPages } from "./Operations.ts"
import type { Instruction, Program } from "./Program.ts"

type Drawn = Pick<Instruction, "name" | "args" | "caught">
type Language = Pick<Guest, "features" | "imports"> & { readonly deadly: boolean }

const end = startPages * bytesOfPage
const wild = [-1, 0x7fffffff, -0x80000000, end, end - 4, end + bytesOfPage, 40 * bytesOfPage, 3, 255, 65_536]
const times = [1, 1, 1, 1, 1, 1, 2, 3, 17, 40]

/** What the host takes: empty texts and lists, nothing given, the first case, and sometimes one of these otherwise. */
const drawArgs = ({ takes, gives }: Imported, chance: Chance): ReadonlyArray<number> => {
  const result = gives === null && takes.length !== 2 ? 1 : 0
  const given = takes.length - result
  const args: ReadonlyArray<number> = takes.map((_, i) => (i < given ? 0 : layout.result))
  if (given === 2 && chance.below(2) === 0) return args.with(0, layout.text).with(1, 36)
  return given < 1 || chance.below(3) > 0 ? args : args.with(chance.below(given), 1)
}

/** Canonical functions take handles, and a wrong one ends the request. */
const isHarmless = ({ name }: Pick<Imported, "name">): boolean =>
  !name.startsWith("canon:") || /\.(new|get|poll|yield)|-inc$/.test(name)

const drawCall = (chance: Chance, language: Language): Drawn => {
  const imported = chance.pick(language.imports.filter((one) => language.deadly || isHarmless(one)))
  const args = drawArgs(imported, chance)
  const isWild = language.deadly && args.length > 0 && chance.below(2) === 0
  return {
    name: imported.name,
    args: isWild ? args.with(chance.below(args.length), chance.pick(wild)) : args,
    caught: chance.below(2) === 0
  }
}

const drawOperation = (chance: Chance, language: Language): Drawn => {
  const isDeadly = language.deadly && chance.below(3) === 0
  const operation = chance.pick(
    operationsOf(language.features).filter(({ draw, drawDeadly }) =>
      isDeadly ? drawDeadly !== undefined : draw !== undefined || drawDeadly === undefined
    )
  )
  const args = (isDeadly ? operation.drawDeadly : operation.draw)?.(chance) ?? []
  return { name: operation.name, args, caught: chance.below(2) === 0 }
}

const once = (name: string, ...args: ReadonlyArray<number>): Instruction => ({ name, args, times: 1, caught: true })

const hooks: ReadonlySet<string> = new Set(["on-realloc", "on-return"])

/** What runs later may call no import, which would end the request. */
const drawInstruction = (chance: Chance, language: Language, isLater: boolean): Instruction => {
  const drawn = chance.below(2) === 0 && !isLater ? drawCall(chance, language) : drawOperation(chance, language)
  return { ...drawn, times: drawn.name === "hash" ? 1 : chance.pick(times) }
}

/** A program of one to eight instructions. One that is not deadly runs to its end, or nearly always. */
export const drawProgram = (chance: Chance, language: Language): Program => {
  const program: Array<Instruction> = []
  if (chance.below(3) === 0) {
    const own = [once("canon:resource.new", 5), once("canon:resource.rep", 1), once("canon:resource.drop", 1)]
    program.push(...(own.every(({ name }) => language.imports.some((other) => other.name === name)) ? own : []))
  }
  for (let left = 1 + chance.below(8); left > 0; left--) {
    const isLater = !language.deadly && hooks.has(program.at(-1)?.name ?? "")
    program.push(drawInstruction(chance, language, isLater))
  }
  return program
}

/**
 * A program that tells all that a guest can see, and then does things at random: memory and its size, global variables,
 * tables, what each function that it imports gives or throws, and what lies behind the memory.
 */
export const drawReport = (chance: Chance, language: Language): Program => {
  const operations = operationsOf(language.features)
  const readers = operations.filter(({ name }) => /^(read-|table-size|size-|end|hash)/.test(name))
  const calls = language.imports.map((imported) => once(imported.name, ...drawArgs(imported, chance)))
  const last = [
    ...[0, 1, 30, 33, 40, 62, 65, 95, 96, 100].flatMap((pages) => [
      once("load-behind", pages),
      once("logging.log-info", end + pages * bytesOfPage, 4)
    ]),
    ...language.imports.map(({ name, takes }) => once(name, ...takes.map(() => chance.pick([0, 1, 2, 3]))))
  ]
  return [
    ...readers.map(({ name }) => once(name)),
    ...[0, 1, 2, 3, 4, 7].map((entry) => once("is-null", entry)),
    ...[0, 1].map((entry) => once("call-entry", entry)),
    ...calls.filter(({ name }) => isHarmless({ name }) && (name.startsWith("canon:") || chance.below(3) > 0)),
    ...(chance.below(2) === 0 ? drawProgram(chance, { ...language, deadly: false }) : []),
    once("hash"),
    ...(chance.below(4) === 0 ? [chance.pick(last)] : [])
  ]
}
