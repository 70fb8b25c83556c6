/** Does one step of a long check, and prints what it was and how long it took. */
export const step = async <A>(what: string, work: () => Promise<A>): Promise<A> => {
  const started = performance.now()
  const done = await work()
  console.log(`ok   ${what} (${((performance.now() - started) / 1000).toFixed(1)} s)`)
  return done
}

/** Ends a long check where something does not hold. */
export const must = (holds: boolean, what: string): void => {
  if (!holds) throw new Error(what)
}
