import type { CoreMemory } from "../child/CoreMemory.ts"

/** Modules and the memories that they define. */
export type Memories = ReadonlyArray<{ readonly memories: ReadonlyArray<CoreMemory> }>

const growthOfOthers = 16

/** Pages that all memories together have at the start. */
export const totalMinimum = (modules: Memories): number =>
  modules.flatMap(({ memories }) => memories).reduce((pages, { minimum }) => pages + minimum, 0)

interface Plan {
  readonly limit: number
  readonly maxima: ReadonlyArray<ReadonlyArray<number>> | null
}

/** Of each component the last one. */
const plans = new WeakMap<Memories, Plan>()

const share = (modules: Memories, limit: number): Plan["maxima"] => {
  const spare = limit - totalMinimum(modules)
  if (spare < 0) return null
  const all = modules.flatMap(({ memories }, module) => memories.map(({ minimum }) => ({ module, minimum })))
  const largest = Math.max(...all.map(({ minimum }) => minimum))
  const main = all.findIndex(({ minimum }) => minimum === largest)
  const growth = Math.min(growthOfOthers, Math.floor(spare / Math.max(1, all.length)))
  const rest = spare - growth * (all.length - 1)
  const maxima = all.map(({ module, minimum }, i) => ({ module, maximum: minimum + (i === main ? rest : growth) }))
  return modules.map((_, index) => maxima.filter(({ module }) => module === index).map(({ maximum }) => maximum))
}

/**
 * Shares a limit, in pages, among the memories of a component; the sum never exceeds it. A component has one memory
 * that matters, the one that starts largest, and perhaps small ones of its adapters. The small ones may grow by 1 MiB
 * each if there is room, and the large one gets the rest. Null where the memories start larger than the limit.
 */
export const memoryPlan = (modules: Memories, limit: number): Plan["maxima"] => {
  const made = plans.get(modules)
  if (made?.limit === limit) return made.maxima
  const maxima = share(modules, limit)
  plans.set(modules, { limit, maxima })
  return maxima
}
