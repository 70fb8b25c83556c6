/** Gives the component a global, as engines do: it can be replaced, and is not listed. */
export const setGlobal = (name: string, value: unknown): void => {
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true })
}

/** Replaces `Math.random`. */
export const setRandom = (random: () => number): void => {
  Object.defineProperty(Math, "random", { value: random, writable: true, configurable: true })
}
