import { makeRecentlyUsed } from "../RecentlyUsed.ts"

/** How much each component is asked for. */
export interface Demand {
  /** Notes that a component is asked for. */
  readonly ask: (component: string, now: number) => void
  /** Requests, of which those count half that are a minute older. */
  readonly of: (component: string, now: number) => number
  /** When it was asked for last; the beginning of time where nobody did. */
  readonly lastOf: (component: string) => number
}

const halfMs = 60_000
const mostComponents = 10_000

/** Nothing asked for yet. Times are in milliseconds. */
export const makeDemand = (): Demand => {
  const asked = makeRecentlyUsed<{ readonly requests: number; readonly last: number }>({ entries: mostComponents })
  const of = (component: string, now: number): number => {
    const found = asked.get(component)
    return found === undefined ? 0 : found.requests * 0.5 ** ((now - found.last) / halfMs)
  }
  return {
    ask: (component, now) => asked.set(component, { requests: of(component, now) + 1, last: now }),
    of,
    lastOf: (component) => asked.get(component)?.last ?? Number.NEGATIVE_INFINITY
  }
}
