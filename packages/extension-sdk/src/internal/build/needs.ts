/** What a component asks of its host beside the world: headers that the host alone can vouch for. */
export type Need = "request-time" | "request-seed"

const needOf: Readonly<Record<string, Need>> = {
  Date: "request-time",
  crypto: "request-seed",
  "Math.random": "request-seed"
}

/** What code needs that uses these globals, sorted. */
export const needsOf = (globals: Iterable<string>): ReadonlyArray<Need> =>
  [...new Set(Array.from(globals).flatMap((name) => needOf[name] ?? []))].sort()

const leb128 = (value: number): ReadonlyArray<number> =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb128(value >>> 7)]

const sized = (bytes: ReadonlyArray<number>): ReadonlyArray<number> => [...leb128(bytes.length), ...bytes]

/** A component that says what it needs, in a custom section: no code reads it, and whoever inspects the component can. */
export const withNeeds = (component: Uint8Array, needs: ReadonlyArray<Need>): Uint8Array => {
  if (needs.length === 0) return component
  const content = [...sized([...Buffer.from("alga:needs")]), ...Buffer.from(needs.join(","))]
  return Buffer.concat([component, Uint8Array.of(0, ...sized(content))])
}
