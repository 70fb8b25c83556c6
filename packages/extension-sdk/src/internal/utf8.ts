const replacement = 0xfffd
const chunk = 4096

const codePointAt = (text: string, at: number): number => {
  const point = text.codePointAt(at) ?? 0
  return point >= 0xd800 && point <= 0xdfff ? replacement : point
}

const width = (point: number): number => (point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4)

/** How many bytes a text has in UTF-8. */
export const utf8Length = (text: string): number => {
  let length = 0
  for (let at = 0; at < text.length; at++) {
    const point = codePointAt(text, at)
    if (point > 0xffff) at++
    length += width(point)
  }
  return length
}

/**
 * Writes a text as UTF-8 from the start of `into` and stops before a character that does not fit. Lone surrogates
 * become U+FFFD. Gives how many code units were read and how many bytes written.
 */
export const writeUtf8 = (text: string, into: Uint8Array): { readonly read: number; readonly written: number } => {
  let written = 0
  let at = 0
  while (at < text.length) {
    const point = codePointAt(text, at)
    const bytes = width(point)
    if (written + bytes > into.length) break
    if (bytes === 1) into[written++] = point
    else {
      into[written++] = ([0xc0, 0xe0, 0xf0][bytes - 2] ?? 0) | (point >> (6 * (bytes - 1)))
      for (let rest = bytes - 2; rest >= 0; rest--) into[written++] = 0x80 | ((point >> (6 * rest)) & 0x3f)
    }
    at += point > 0xffff ? 2 : 1
  }
  return { read: at, written }
}

interface Lead {
  readonly rest: number
  readonly bits: number
  /** The least and greatest value of the second byte: it rules out overlong forms, surrogates and what is beyond U+10FFFF. */
  readonly low: number
  readonly high: number
}

const lead = (byte: number): Lead | null => {
  if (byte >= 0xc2 && byte <= 0xdf) return { rest: 1, bits: byte & 0x1f, low: 0x80, high: 0xbf }
  if (byte >= 0xe0 && byte <= 0xef) {
    return { rest: 2, bits: byte & 0x0f, low: byte === 0xe0 ? 0xa0 : 0x80, high: byte === 0xed ? 0x9f : 0xbf }
  }
  if (byte >= 0xf0 && byte <= 0xf4) {
    return { rest: 3, bits: byte & 0x07, low: byte === 0xf0 ? 0x90 : 0x80, high: byte === 0xf4 ? 0x8f : 0xbf }
  }
  return null
}

/**
 * Reads UTF-8. Bytes that are not become U+FFFD, one for each longest broken prefix, as the Encoding Standard says;
 * with `fatal` they throw a `TypeError`.
 */
export const readUtf8 = (bytes: Uint8Array, fatal: boolean): string => {
  let text = ""
  let units: Array<number> = []
  const broken = (): number => {
    if (fatal) throw new TypeError("The encoded data was not valid UTF-8")
    return replacement
  }
  const push = (point: number): void => {
    if (point > 0xffff) units.push(0xd800 + ((point - 0x10000) >> 10), 0xdc00 + ((point - 0x10000) & 0x3ff))
    else units.push(point)
  }
  for (let at = 0; at < bytes.length; ) {
    const byte = bytes[at++] ?? 0
    if (byte < 0x80) units.push(byte)
    else {
      const sequence = lead(byte)
      let point = sequence === null ? broken() : sequence.bits
      for (let rest = sequence?.rest ?? 0, low = sequence?.low ?? 0, high = sequence?.high ?? 0; rest > 0; rest--) {
        const next = bytes[at] ?? 0
        if (next < low || next > high) {
          point = broken()
          break
        }
        point = (point << 6) | (next & 0x3f)
        at++
        low = 0x80
        high = 0xbf
      }
      push(point)
    }
    if (units.length >= chunk) {
      text += String.fromCharCode(...units)
      units = []
    }
  }
  return text + String.fromCharCode(...units)
}
