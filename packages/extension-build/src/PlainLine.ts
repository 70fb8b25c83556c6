/** What a terminal acts on, and what makes a text look other than it is: controls, line ends, directions, invisible letters. */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

const longest = 1_000

const code = (letter: string): string => letter.codePointAt(0)?.toString(16) ?? ""

/**
 * One line of foreign text for a terminal, such as the name of a file or a package's message. Control characters are
 * shown as `\u{1b}`, and a long text is cut.
 */
export const plainLine = (text: string): string => {
  const plain = text.slice(0, longest).replace(unseen, (letter) => `\\u{${code(letter)}}`)
  return text.length > longest ? `${plain}…` : plain
}

/** The same for JSON on one line, which stays the same value. */
export const plainJson = (value: unknown): string =>
  JSON.stringify(value).replace(unseen, (letter) =>
    [...Array(letter.length).keys()].map((at) => `\\u${letter.charCodeAt(at).toString(16).padStart(4, "0")}`).join("")
  )
