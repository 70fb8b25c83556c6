const known = ["request-time", "request-seed"] as const

/** What a component says that it asks of its host: a time and random bytes with each request. */
export type ComponentNeed = (typeof known)[number]

const preambleBytes = 8
const mostSections = 10_000
const name = "alga:needs"

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

/** What the custom section that the SDK's build writes names. Of a component without one, or of no component: nothing. */
export const componentNeeds = (bytes: Uint8Array): ReadonlyArray<ComponentNeed> => {
  let at = preambleBytes
  for (let section = 0; section < mostSections && at < bytes.length; section++) {
    const size = numberAt(bytes, at + 1)
    if (size === null) return []
    const [length, body] = size
    const found = bytes[at] === 0 ? numberAt(bytes, body) : null
    if (found !== null) {
      const [letters, start] = found
      const content = Buffer.from(bytes.subarray(start, Math.min(body + length, start + 256))).toString("latin1")
      if (content.slice(0, letters) === name) {
        const said = content.slice(letters).split(",")
        return known.filter((need) => said.includes(need))
      }
    }
    at = body + length
  }
  return []
}
