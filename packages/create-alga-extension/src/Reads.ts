/** What an extension can read of the host, by the names of the host's parts. */
const reads = ["clients", "services"] as const

/** One of {@link reads}. */
export type Read = (typeof reads)[number]

/** The reads in a text such as `clients,services`; null where it names something else, or nothing. */
export const readsIn = (text: string): ReadonlyArray<Read> | null => {
  const names = text.split(",").map((name) => name.trim())
  const unknown = names.some((name) => !reads.some((read) => read === name))
  return unknown ? null : reads.filter((read) => names.includes(read))
}
