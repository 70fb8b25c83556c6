import { Context } from "effect"

/** How many bundles are taken in at the same time, and what is kept of them in memory. */
export interface IntakeSizes {
  /** Bundles that are read, opened and taken in. */
  readonly bundles: number
  /** Components that are transpiled. */
  readonly components: number
  /** Pages that are read and opened. */
  readonly pages: number
  /** Bytes of the files of pages that are kept. */
  readonly pageBytes: number
}

/** Where nothing else is said, and the most that follows from the memory of a machine. */
export const usualIntake: IntakeSizes = { bundles: 4, components: 2, pages: 2, pageBytes: 134_217_728 }

/** The sizes of this runner. */
export const IntakeAtOnce = Context.Reference<IntakeSizes>("@alga-psa/ext-runner/IntakeAtOnce", {
  defaultValue: () => usualIntake
})

/** The part of one tenant in what is taken in at the same time. */
export const partOfTenant = (atOnce: number): number => Math.ceil(atOnce / 2)
