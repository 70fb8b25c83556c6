const utf8 = new TextDecoder("utf-8", { fatal: true })

/** Bytes as text; null where they are none. */
export const utf8Text = (bytes: Uint8Array): string | null => {
  try {
    return utf8.decode(bytes)
  } catch {
    return null
  }
}
