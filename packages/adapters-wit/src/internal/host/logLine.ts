import { Buffer } from "node:buffer"

const controls = /[\p{Cc}\p{Zl}\p{Zp}]+/gu

/** One line of at most `maxBytes` in UTF-8: control characters and line breaks become spaces. */
export const logLine = (message: string, maxBytes: number): string => {
  const line = message.slice(0, maxBytes).replace(controls, " ")
  const bytes = Buffer.from(line)
  if (bytes.byteLength <= maxBytes) return line
  return new TextDecoder().decode(bytes.subarray(0, maxBytes), { stream: true })
}
