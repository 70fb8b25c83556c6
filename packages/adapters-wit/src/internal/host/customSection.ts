const preambleBytes = 8
const mostSections = 10_000

/** A number of LEB128 and where the next byte is; null where the bytes end before it does. */
const numberAt = (bytes: Uint8Array, offset: number): readonly [value: number, next: number] | null => {
  let value = 0
  for (let i = 0; i < 5; i++) {
    const byte = bytes[offset + i]
    if (byte === undefined) return null
    value += (byte & 0x7f) * 2 ** (7 * i)
    if (byte < 0x80) return [value, offset + i + 1]
  }
  return null
}

/**
 * What stands in a component's first custom section of this name; null where it has none, or a longer one. Custom sections are what
 * whoever made the component writes: no code reads them.
 */
export const customSection = (bytes: Uint8Array, name: string, mostBytes: number): string | null => {
  const wanted = Buffer.from(name)
  let at = preambleBytes
  for (let section = 0; section < mostSections && at < bytes.length; section++) {
    const size = numberAt(bytes, at + 1)
    if (size === null) return null
    const [length, body] = size
    const found = bytes[at] === 0 ? numberAt(bytes, body) : null
    if (found !== null) {
      const [letters, start] = found
      const [content, end] = [start + letters, Math.min(body + length, bytes.length)]
      if (letters === wanted.length && content <= end && wanted.equals(bytes.subarray(start, content))) {
        return end - content > mostBytes ? null : Buffer.from(bytes.subarray(content, end)).toString("utf8")
      }
    }
    at = body + length
  }
  return null
}
