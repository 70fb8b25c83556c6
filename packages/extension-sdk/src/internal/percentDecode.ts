const hex = (text: string): number => (/^[0-9a-fA-F]{2}$/.test(text) ? Number.parseInt(text, 16) : -1)

/**
 * Decodes `%XX` as the URL standard does: an incomplete sequence stays as it is, and bytes that are not UTF-8 become
 * U+FFFD. Never throws.
 */
export const percentDecode = (text: string): string => {
  if (!text.includes("%")) return text.toWellFormed()
  const source = new TextEncoder().encode(text)
  const bytes = new Uint8Array(source.length)
  let length = 0
  for (let at = 0; at < source.length; at++) {
    const byte = source[at] ?? 0
    const value = byte === 0x25 ? hex(String.fromCharCode(source[at + 1] ?? 0, source[at + 2] ?? 0)) : -1
    bytes[length++] = value < 0 ? byte : value
    if (value >= 0) at += 2
  }
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(0, length))
}
