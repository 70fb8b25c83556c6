import { Buffer } from "node:buffer"

/** All that is no text, but the two that join letters. */
const controls = /[[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]--[\u200c\u200d]]+/gv

/** One line of at most `maxBytes` in UTF-8: control characters, line breaks, what turns the direction of writing and halves of letters become spaces. */
export const logLine = (message: string, maxBytes: number): string => {
  const line = message.slice(0, maxBytes).replace(controls, " ")
  const bytes = Buffer.from(line)
  if (bytes.byteLength <= maxBytes) return line
  return new TextDecoder().decode(bytes.subarray(0, maxBytes), { stream: true })
}
