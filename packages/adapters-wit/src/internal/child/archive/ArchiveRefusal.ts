const textLength = 64
const messageLength = 300

/** A text of a stranger, to be shown in one line: at most 64 characters and no control characters. */
export const shown = (text: string): string => {
  const line = text.slice(0, 4 * textLength).replace(/[\p{C}\p{Z}]+/gu, " ")
  return line.length > textLength ? `${line.slice(0, textLength)}…` : line
}

/** The archive breaks a rule. The message names it in at most 300 characters. */
export class ArchiveRefusal extends Error {
  constructor(message: string) {
    super(message.slice(0, messageLength))
  }
}
