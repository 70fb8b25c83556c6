/** What a memory of values may hold. */
export interface RecentlyUsedOptions<A> {
  readonly entries: number
  /** What all values together may weigh, and what one weighs. */
  readonly weight?: { readonly most: number; readonly of: (value: A) => number }
}

/** Values by name, with a bound: the least recently used go. The last one stays, whatever it weighs. */
export interface RecentlyUsed<A> {
  readonly get: (name: string) => A | undefined
  readonly set: (name: string, value: A) => void
  readonly delete: (name: string) => void
  readonly size: () => number
}

/** A memory of values with a bound. */
export const makeRecentlyUsed = <A>({ entries, weight }: RecentlyUsedOptions<A>): RecentlyUsed<A> => {
  const values = new Map<string, { readonly value: A; readonly weight: number }>()
  let total = 0

  const remove = (name: string): void => {
    total -= values.get(name)?.weight ?? 0
    values.delete(name)
  }

  return {
    get: (name) => {
      const found = values.get(name)
      if (found === undefined) return undefined
      values.delete(name)
      values.set(name, found)
      return found.value
    },
    set: (name, value) => {
      remove(name)
      const added = { value, weight: weight?.of(value) ?? 0 }
      total += added.weight
      values.set(name, added)
      for (const oldest of values.keys()) {
        if (oldest === name || (values.size <= entries && total <= (weight?.most ?? total))) return
        remove(oldest)
      }
    },
    delete: remove,
    size: () => values.size
  }
}
