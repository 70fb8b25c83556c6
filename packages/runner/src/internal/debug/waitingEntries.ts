/** An entry of a stream that is to be sent. */
export interface StreamEntry {
  readonly stream: string
  readonly tenant: string
  readonly fields: Readonly<Record<string, string>>
}

/** Entries that wait to be sent. The oldest of them makes room; those of a tenant that has half of the room, for its own next one. */
export interface WaitingEntries {
  /** Gives how many were dropped for it. */
  readonly add: (entry: StreamEntry) => number
  /** At most so many, the oldest first. They wait no more. */
  readonly take: (most: number) => ReadonlyArray<StreamEntry>
  readonly size: () => number
}

/** Room for so many entries. */
export const makeWaitingEntries = (most: number): WaitingEntries => {
  const entries: Array<StreamEntry> = []
  const share = Math.ceil(most / 2)
  const ofTenants = new Map<string, number>()
  const count = (tenant: string, change: number): number => {
    const now = (ofTenants.get(tenant) ?? 0) + change
    if (now === 0) ofTenants.delete(tenant)
    else ofTenants.set(tenant, now)
    return now
  }
  const drop = (at: number): number => {
    for (const { tenant } of entries.splice(at, 1)) count(tenant, -1)
    return 1
  }
  return {
    add: (entry) => {
      entries.push(entry)
      if (count(entry.tenant, 1) > share) return drop(entries.findIndex(({ tenant }) => tenant === entry.tenant))
      return entries.length > most ? drop(0) : 0
    },
    take: (wanted) => {
      const taken = entries.splice(0, wanted)
      for (const { tenant } of taken) count(tenant, -1)
      return taken
    },
    size: () => entries.length
  }
}
