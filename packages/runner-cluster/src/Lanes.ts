/** Which of several lanes to somebody are in use. */
export interface Lanes {
  /** The lowest lane, from 0 on, with the fewest users. It has one more now. */
  readonly take: (to: string) => number
  readonly giveBack: (to: string, lane: number) => void
}

/** At most so many lanes to each. Nobody shares one while another is free. */
export const makeLanes = (most: number): Lanes => {
  const users = new Map<string, Array<number>>()
  return {
    take: (to) => {
      const counts = users.get(to) ?? []
      users.set(to, counts)
      const least = counts.length < most ? 0 : Math.min(...counts)
      const found = counts.findIndex((count) => count <= least)
      const lane = found === -1 ? counts.length : found
      counts[lane] = (counts[lane] ?? 0) + 1
      return lane
    },
    giveBack: (to, lane) => {
      const counts = users.get(to) ?? []
      counts[lane] = (counts[lane] ?? 1) - 1
      if (counts.every((count) => count === 0)) users.delete(to)
    }
  }
}
