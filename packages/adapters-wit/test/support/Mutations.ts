import type { Chance } from "@alga-psa/ext-adapters-memory/contract/Chance"

type Mutation = (bytes: Uint8Array, chance: Chance) => Uint8Array

const spliced = (bytes: Uint8Array, at: number, removed: number, added: Uint8Array): Uint8Array => {
  const rest = bytes.subarray(at + removed)
  const result = new Uint8Array(at + added.byteLength + rest.byteLength)
  result.set(bytes.subarray(0, at))
  result.set(added, at)
  result.set(rest, at + added.byteLength)
  return result
}

const edges = [
  [0],
  [0x7f],
  [0x80],
  [0xff],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
  [0x22],
  [0x5c],
  [0x7b],
  [0x5d]
].map((bytes) => Uint8Array.from(bytes))

const mutations: ReadonlyArray<Mutation> = [
  (bytes, chance) => withOneBitChanged(bytes, chance),
  (bytes, chance) => spliced(bytes, chance.below(bytes.byteLength), 1, Uint8Array.of(chance.below(256))),
  (bytes, chance) => {
    const edge = chance.pick(edges)
    return spliced(bytes, chance.below(bytes.byteLength), chance.below(2) * edge.byteLength, edge)
  },
  (bytes, chance) => spliced(bytes, chance.below(bytes.byteLength), 1 + chance.below(16), new Uint8Array()),
  (bytes, chance) => {
    const from = chance.below(bytes.byteLength)
    const piece = bytes.slice(from, from + 1 + chance.below(64))
    return spliced(bytes, chance.below(bytes.byteLength), 0, piece)
  },
  (bytes, chance) => bytes.slice(0, chance.below(bytes.byteLength))
]

/** The bytes with one bit changed, which leaves many a component valid. */
export const withOneBitChanged = (bytes: Uint8Array, chance: Chance): Uint8Array => {
  const result = Uint8Array.from(bytes)
  const at = chance.below(bytes.byteLength)
  result[at] = (bytes[at] ?? 0) ^ (1 << chance.below(8))
  return result
}

/** The bytes with one to four changes: bits, bytes, edge values, pieces gone or doubled, or an early end. */
export const mutated = (bytes: Uint8Array, chance: Chance): Uint8Array => {
  let result = bytes
  for (let left = 1 + chance.below(4); left > 0; left--) {
    if (result.byteLength > 0) result = chance.pick(mutations)(result, chance)
  }
  return result
}

const oddValues: ReadonlyArray<unknown> = [
  null,
  true,
  -1,
  1e308,
  "",
  "x".repeat(70_000),
  "\ud800",
  "'; DROP TABLE clients; --",
  "../../../etc/passwd",
  [],
  {},
  JSON.parse('{"__proto__": {"type": "ok"}}'),
  { $b: "!!" },
  { $u: "99999999999999999999999" },
  { $f: "NaN" },
  JSON.parse(`${"[".repeat(300)}${"]".repeat(300)}`)
]

/** A value of JSON with one value somewhere in it replaced by an odd one. */
export const withOneValueChanged = (value: unknown, chance: Chance): unknown => {
  if (value === null || typeof value !== "object" || chance.below(6) === 0) return chance.pick(oddValues)
  const keys = Object.keys(value)
  if (keys.length === 0) return chance.pick(oddValues)
  const key = chance.pick(keys)
  const changed = withOneValueChanged(Reflect.get(value, key), chance)
  return Array.isArray(value) ? value.with(Number(key), changed) : { ...value, [key]: changed }
}
