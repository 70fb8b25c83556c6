/** A source of choices that makes the same ones again for the same seed. */
export interface Chance {
  /** A whole number from 0 to below the bound. */
  readonly below: (bound: number) => number
  /** True once in so many times, on average. */
  readonly oneIn: (times: number) => boolean
  readonly pick: <A>(items: ReadonlyArray<A>) => A
}

/** Choices from a seed of 32 bits, by the generator mulberry32. */
export const chanceOf = (seed: number): Chance => {
  let state = seed >>> 0
  const below = (bound: number): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound
  }
  return {
    below,
    oneIn: (times) => below(times) === 0,
    pick: (items) => items[below(items.length)] as (typeof items)[number]
  }
}
