import type { Chance } from "../support/Mutations.ts"
import type { Guest } from "./Guest.ts"
import type { Imported } from "./guestText.ts"
import { bytesOfPage, deadly, layout, operationsOf, startPages } from "./Operations.ts"
import type { Instruction, Program } from "./Program.ts"

type Language = Pick<Guest, "features" | "imports"> & { readonly deadly: boolean }

const good = [0, 0, 0, 0, 1, 1, 8, 36, layout.text]
const end = startPages * bytesOfPage
const wild = [-1, 0x7fffffff, -0x80000000, end, end - 4, end + bytesOfPage, 40 * bytesOfPage, 3, 255, 65_536]
const times = [1, 1, 1, 1, 1, 1, 2, 3, 17, 40]

/** Mostly what the host takes: no texts, nothing given, the first case; sometimes one argument that it cannot take. */
const drawArgs = ({ takes, gives }: Imported, chance: Chance): ReadonlyArray<number> => {
  const zeros = chance.below(3) === 0
  const args = takes.map((_, i) =>
    gives === null && i === takes.length - 1 && takes.length > 2 ? layout.result : zeros ? 0 : chance.pick(good)
  )
  return takes.length === 0 || chance.below(2) === 0 ? args : args.with(chance.below(takes.length), chance.pick(wild))
}

const drawInstruction = (chance: Chance, language: Language): Instruction => {
  const common = { times: chance.pick(times), caught: chance.below(3) > 0 }
  if (chance.below(2) === 0) {
    const imported = chance.pick(language.imports)
    return { ...common, name: imported.name, args: drawArgs(imported, chance) }
  }
  const operation = chance.pick(
    operationsOf(language.features).filter(({ name }) => language.deadly || !deadly.has(name))
  )
  const args = operation.draw?.(chance) ?? []
  return { ...common, name: operation.name, args, times: operation.name === "hash" ? 1 : common.times }
}

/** A program of one to eight instructions. */
export const drawProgram = (chance: Chance, language: Language): Program =>
  Array.from({ length: 1 + chance.below(8) }, () => drawInstruction(chance, language))

const once = (name: string, ...args: ReadonlyArray<number>): Instruction => ({ name, args, times: 1, caught: true })

/**
 * A program that tells all that a guest can see, and then does things at random: memory and its size, global variables,
 * tables, what each function that it imports gives or throws, and what lies behind the memory.
 */
export const drawReport = (chance: Chance, language: Language): Program => {
  const operations = operationsOf(language.features)
  const readers = operations.filter(({ name }) => /^(read-|table-size|size-|end|hash)/.test(name))
  const probes = [0, 1, 31, 32, 40, 63, 64, chance.below(256)].map((pages) =>
    once("logging.log-info", end + pages * bytesOfPage, 4)
  )
  const behind = [1, 30, 33, 40, 62, 65, 100].map((pages) => once("load-behind", pages))
  return [
    ...readers.map(({ name }) => once(name)),
    ...[0, 1, 2, 3, 4, 7].map((entry) => once("is-null", entry)),
    ...[0, 1].map((entry) => once("call-entry", entry)),
    ...language.imports
      .filter(() => chance.below(3) > 0)
      .map((imported) => once(imported.name, ...drawArgs(imported, chance))),
    ...probes,
    ...(chance.below(2) === 0 ? drawProgram(chance, { ...language, deadly: false }) : []),
    once("hash"),
    ...(chance.below(3) === 0 ? [chance.pick(behind)] : [])
  ]
}
