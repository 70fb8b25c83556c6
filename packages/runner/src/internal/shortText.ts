const controls = /[\p{Cc}\p{Zl}\p{Zp}]+/gu
const most = { names: 5, name: 64, message: 300 } as const

const cut = (text: string, length: number): string => {
  const line = text.slice(0, length + 1).replace(controls, " ")
  return line.length > length ? `${line.slice(0, length - 1)}…` : line
}

/** One line of at most 300 characters, whatever a stranger wrote. */
export const shortText = (text: string): string => cut(text, most.message)

/** At most five names of strangers, each of at most 64 characters, and how many more there are. */
export const shortNames = (names: ReadonlyArray<string>): string => {
  const shown = names.slice(0, most.names).map((name) => cut(name, most.name))
  const more = names.length - shown.length
  return more === 0 ? shown.join(", ") : `${shown.join(", ")} and ${more} more`
}
