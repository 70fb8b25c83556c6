/** Letters with their marks, digits, punctuation, symbols and the plain space: what changes nothing around it. */
const harmful = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu

/** Longest text of a stranger's in an error or a log line, in UTF-16 code units. */
const foreignTextLength = 300

const cut = (text: string, most: number): string =>
  text.length <= most
    ? text
    : `${text
        .slice(0, most - 1)
        .toWellFormed()
        .replace(/\ufffd$/, "")}…`

/**
 * Foreign text (of a component, a bundle, a manifest, a guest, another runner) for a terminal or a log. It is on one
 * line and cut to `most`. Characters that could move a cursor, end a line or turn the direction of writing are written
 * as `\u{1b}`.
 */
export const foreignText = (text: string, most = foreignTextLength): string =>
  cut(
    text.slice(0, most + 1).replace(harmful, (character) => `\\u{${Number(character.codePointAt(0)).toString(16)}}`),
    most
  )

/** A value as JSON that a terminal can show: the same value, with such characters written as JSON's own escapes. */
export const foreignJson = (value: unknown): string =>
  JSON.stringify(value).replace(harmful, (character) =>
    [...Array(character.length).keys()]
      .map((i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`)
      .join("")
  )

const shownNames = { count: 5, length: 40 } as const

/** At most five names of a stranger's, each of at most 40 characters, and how many more there are. */
export const foreignNames = (names: ReadonlyArray<string>): string => {
  const shown = names.slice(0, shownNames.count).map((name) => foreignText(name, shownNames.length))
  const more = names.length - shown.length
  return more === 0 ? shown.join(", ") : `${shown.join(", ")} and ${more} more`
}
