/** The installs of one process, by the numbers that stand for them there. */
export interface Installs {
  /** The number of an install. No other install has it, as long as the process lives. */
  readonly numberOf: (install: string) => number
  /** Whether the process may have an instance of the install. */
  readonly has: (install: string) => boolean
  /** Whether there is more than one. */
  readonly several: () => boolean
}

/** A process keeps fewer instances than this. */
const mostKnown = 256

/** No installs yet. One that was not asked for long is forgotten, and gets another number when it comes again. */
export const makeInstalls = (): Installs => {
  /** Least recently used first. */
  const numbers = new Map<string, number>()
  let next = 0
  return {
    numberOf: (install) => {
      const number = numbers.get(install) ?? next++
      numbers.delete(install)
      numbers.set(install, number)
      for (const oldest of numbers.keys()) {
        if (numbers.size <= mostKnown) break
        numbers.delete(oldest)
      }
      return number
    },
    has: (install) => numbers.has(install),
    several: () => numbers.size > 1
  }
}
