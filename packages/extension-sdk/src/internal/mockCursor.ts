/** A place in the order of a list by cursor. */
export interface Place {
  /** In lower case, and no longer than a list counts. */
  readonly name: string
  readonly id: string
}

const longestText = 4_096
const longestName = 750

const written = (name: string): string =>
  btoa(String.fromCharCode(...new TextEncoder().encode(name)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "")

const read = (written: string): string | null => {
  try {
    const bytes = Uint8Array.from(atob(written.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0))
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}

/** The text of a cursor, as the host writes it. */
export const textOf = ({ id, name }: Place): string => `1.${id}.${written(name)}`

/** The place that a cursor's text stands for; null for a text that the host refuses. */
export const placeOf = (text: string): Place | null => {
  const [, id, encoded = ""] =
    text.length > longestText ? [] : (/^1\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([\w-]*)$/.exec(text) ?? [])
  const name = id === undefined ? null : read(encoded)
  if (id === undefined || name === null || name.includes("\0") || [...name].length > longestName) return null
  const place = { name, id }
  return textOf(place) === text ? place : null
}
