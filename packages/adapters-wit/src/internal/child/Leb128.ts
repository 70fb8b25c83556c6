/** An unsigned 32-bit number as WebAssembly writes it, and where the next byte is. */
export interface Decoded {
  readonly value: number
  readonly next: number
}

/** Reads an unsigned LEB128 number of at most 32 bits. Throws a `RangeError` where it is cut off or too large. */
export const readU32 = (bytes: Uint8Array, offset: number): Decoded => {
  let value = 0
  let factor = 1
  for (let i = 0; ; i++) {
    const byte = bytes[offset + i]
    if (byte === undefined) throw new RangeError("a number is cut off")
    if (i === 4 && byte > 0x0f) throw new RangeError("a number has more than 32 bits")
    value += (byte & 0x7f) * factor
    if (byte < 0x80) return { value, next: offset + i + 1 }
    factor *= 128
  }
}

/** Writes an unsigned 32-bit number as LEB128 in as few bytes as it takes. */
export const writeU32 = (value: number): ReadonlyArray<number> => {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff)
    throw new RangeError("not an unsigned 32-bit number")
  const bytes: Array<number> = []
  let rest = value
  do {
    const low = rest % 128
    rest = Math.floor(rest / 128)
    bytes.push(rest > 0 ? low + 128 : low)
  } while (rest > 0)
  return bytes
}
