const leb128 = (value: number): ReadonlyArray<number> =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb128(value >>> 7)]

const sized = (bytes: Uint8Array): Uint8Array => Buffer.concat([Uint8Array.from(leb128(bytes.length)), bytes])

/** A component that says something of itself, in a custom section: no code reads it, and whoever inspects the component can. */
export const withCustomSection = (component: Uint8Array, name: string, text: string): Uint8Array => {
  const content = Buffer.concat([sized(Buffer.from(name)), Buffer.from(text)])
  return Buffer.concat([component, Uint8Array.of(0), sized(content)])
}
