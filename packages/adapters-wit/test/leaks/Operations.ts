import type { Chance } from "@alga-psa/ext-adapters-memory/contract/Chance"

/** What a guest may be built with; intake decides by most of them whether an instance can be set back. */
export type Feature =
  | "growth"
  | "table-writes"
  | "segment-drops"
  | "reference-global"
  | "vector-global"
  | "second-memory"
  | "second-growth"
  | "start"
  | "deep"

/** One thing that a guest can do beside calling what it imports. */
export interface Operation {
  readonly name: string
  /** Component text that gives an `i32`, with the instruction's first three arguments in `$a`, `$b` and `$c`. */
  readonly code: string
  readonly needs?: Feature
  readonly draw?: (chance: Chance) => ReadonlyArray<number>
  /** Arguments that end the request, which no guest can catch; an instruction without arguments has none. */
  readonly drawDeadly?: (chance: Chance) => ReadonlyArray<number>
}

/** Where things lie in a guest's memory, and its size at the start, in bytes. */
export const layout = { result: 256, response: 1_024, log: 2_048, logEnd: 8_192, text: 8_192, heap: 16_384 } as const
export const startPages = 2
export const bytesOfPage = 65_536

const end = startPages * bytesOfPage
const pages = [0, 0, 1, 1, 2, 15, 16, 17, 30, 31, 32, 33, 34, 40, 64, 65, 100, 200, 255, 65_535, -1]

const within = (chance: Chance): number => 8 * chance.below(end / 8)
const length = (chance: Chance): number => chance.pick([0, 1, 8, 36, 4_096])
const entry = (chance: Chance): number => chance.below(3)
const inBounds = (chance: Chance) => [within(chance) >> 1, within(chance) >> 1, length(chance)]
const outOfBounds = (chance: Chance) =>
  chance.pick([
    [end - 2, 0, 8],
    [-8, 0, 1],
    [0, end, 9],
    [0, 0, -1]
  ])
const behindEnd = (growth: boolean) => ({
  ...(growth ? { draw: (chance: Chance) => [chance.below(3)] } : {}),
  drawDeadly: (chance: Chance) => [chance.pick(pages) & 0x3ff]
})

const then = (statement: string, value = "(i32.const 0)"): string => `(block (result i32) ${statement} ${value})`

/** Where the memory ends for the code: its size in guests that can grow, else what it starts with. */
const seenEnd = (growth: boolean): string =>
  growth ? `(i32.mul (memory.size) (i32.const ${bytesOfPage}))` : `(i32.const ${end})`

const behind = (growth: boolean): string =>
  `(i32.add ${seenEnd(growth)} (i32.mul (local.get $a) (i32.const ${bytesOfPage})))`

const global = (name: string, read: string, written: string): ReadonlyArray<Operation> => [
  { name: `read-${name}`, code: read },
  { name: `write-${name}`, code: then(written), draw: (chance) => [within(chance)] }
]

const numbers = [
  ...global("i32", "(global.get $i32)", "(global.set $i32 (local.get $a))"),
  ...global("i64", "(i32.wrap_i64 (global.get $i64))", "(global.set $i64 (i64.extend_i32_s (local.get $a)))"),
  ...global("f32", "(i32.reinterpret_f32 (global.get $f32))", "(global.set $f32 (f32.reinterpret_i32 (local.get $a)))"),
  ...global(
    "f64",
    "(i32.wrap_i64 (i64.shr_u (i64.reinterpret_f64 (global.get $f64)) (i64.const 32)))",
    "(global.set $f64 (f64.reinterpret_i64 (i64.shl (i64.extend_i32_s (local.get $a)) (i64.const 32))))"
  ),
  ...global("shown", "(global.get $shown)", "(global.set $shown (local.get $a))")
]

const memory = (growth: boolean): ReadonlyArray<Operation> => [
  { name: "hash", code: `(call $hash (i32.const 0) ${seenEnd(growth)})` },
  { name: "load", code: "(i32.load (local.get $a))", draw: inBounds, drawDeadly: outOfBounds },
  {
    name: "store",
    code: then("(i32.store (local.get $a) (local.get $b))"),
    draw: inBounds,
    drawDeadly: outOfBounds
  },
  {
    name: "fill",
    code: then("(memory.fill (local.get $a) (local.get $b) (local.get $c))"),
    draw: inBounds,
    drawDeadly: outOfBounds
  },
  {
    name: "copy",
    code: then("(memory.copy (local.get $a) (local.get $b) (local.get $c))"),
    draw: inBounds,
    drawDeadly: outOfBounds
  },
  {
    name: "init",
    code: then("(memory.init $passive (local.get $a) (local.get $b) (local.get $c))"),
    draw: (chance) => [within(chance), entry(chance), entry(chance)],
    drawDeadly: () => [0, 8, 8]
  },
  { name: "load-behind", code: `(i32.load ${behind(growth)})`, ...behindEnd(growth) },
  { name: "store-behind", code: then(`(i32.store ${behind(growth)} (i32.const 1))`), ...behindEnd(growth) },
  { name: "end", code: seenEnd(growth) }
]

const tables: ReadonlyArray<Operation> = [
  { name: "is-null", code: "(ref.is_null (table.get $table (local.get $a)))", draw: (chance) => [chance.below(8)] },
  { name: "table-size", code: "(table.size $table)" },
  {
    name: "call-entry",
    code: "(call_indirect $table (type $entry) (local.get $a))",
    draw: (chance) => [entry(chance)],
    drawDeadly: (chance) => [chance.pick([3, 4, 100])]
  },
  {
    name: "table-set",
    needs: "table-writes",
    code: then("(table.set $table (local.get $a) (ref.func $two))"),
    draw: (chance) => [chance.below(8)],
    drawDeadly: () => [100]
  },
  {
    name: "table-grow",
    needs: "table-writes",
    code: "(table.grow $table (ref.func $one) (local.get $a))",
    draw: (chance) => [chance.pick([1, 2, 20, 1_000_000])]
  },
  {
    name: "table-fill",
    needs: "table-writes",
    code: then("(table.fill $table (local.get $a) (ref.func $two) (local.get $b))"),
    draw: (chance) => [entry(chance), entry(chance)]
  },
  {
    name: "table-copy",
    needs: "table-writes",
    code: then("(table.copy $table $table (local.get $a) (local.get $b) (local.get $c))"),
    draw: (chance) => [entry(chance), entry(chance), entry(chance)],
    drawDeadly: () => [0, 30, 1]
  },
  {
    name: "table-init",
    needs: "table-writes",
    code: then("(table.init $table $functions (local.get $a) (local.get $b) (local.get $c))"),
    draw: (chance) => [entry(chance), chance.below(2), chance.below(2)],
    drawDeadly: () => [0, 3, 3]
  },
  { name: "elem-drop", needs: "segment-drops", code: then("(elem.drop $functions)") },
  { name: "data-drop", needs: "segment-drops", code: then("(data.drop $passive)") }
]

const others: ReadonlyArray<Operation> = [
  {
    name: "grow",
    needs: "growth",
    code: "(memory.grow (local.get $a))",
    draw: (chance) => [chance.pick(pages)]
  },
  { name: "read-reference", needs: "reference-global", code: "(ref.is_null (global.get $reference))" },
  { name: "write-reference", needs: "reference-global", code: then("(global.set $reference (ref.func $one))") },
  { name: "read-vector", needs: "vector-global", code: "(i32x4.extract_lane 1 (global.get $vector))" },
  {
    name: "write-vector",
    needs: "vector-global",
    code: then("(global.set $vector (i32x4.splat (local.get $a)))"),
    draw: (chance) => [within(chance)]
  },
  { name: "load-second", needs: "second-memory", code: "(i32.load $second (local.get $a))", draw: inBounds },
  {
    name: "store-second",
    needs: "second-memory",
    code: then("(i32.store $second (local.get $a) (local.get $b))"),
    draw: inBounds
  },
  { name: "size-second", needs: "second-growth", code: "(memory.size $second)" },
  {
    name: "grow-second",
    needs: "second-growth",
    code: "(memory.grow $second (local.get $a))",
    draw: (chance) => [chance.pick(pages)]
  },
  { name: "deep", needs: "deep", code: "(call $deep (local.get $a))", draw: (chance) => [chance.below(40_000)] },
  { name: "unreachable", code: "(unreachable)", drawDeadly: () => [] },
  {
    name: "divide",
    code: "(i32.div_s (local.get $a) (local.get $b))",
    draw: () => [7, 2],
    drawDeadly: (chance) => [-0x80000000, chance.pick([0, -1])]
  },
  {
    name: "truncate",
    code: "(i32.trunc_f32_s (f32.mul (f32.convert_i32_s (local.get $a)) (f32.const 1e30)))",
    draw: () => [0],
    drawDeadly: () => [1]
  },
  { name: "overflow", code: "(call $deep (i32.const 0x7fffffff))", drawDeadly: () => [] },
  {
    // The next instruction runs whenever the host asks for memory, which then is where `$b` says, unless that is 0.
    name: "on-realloc",
    code: then(
      `(global.set $hook (i32.add (local.get $at) (i32.const 72)))
       (global.set $hooks (local.get $a)) (global.set $given (local.get $b))`
    ),
    draw: (chance) => [chance.below(4), chance.below(3) === 0 ? chance.pick([end, -8, 3, layout.response]) : 0]
  },
  { name: "on-return", code: then("(global.set $after (i32.add (local.get $at) (i32.const 72)))") },
  {
    name: "respond",
    code: then("(global.set $response (local.get $a))"),
    draw: () => [layout.response],
    drawDeadly: (chance) => [chance.pick([0, 8, 3, end, -8])]
  }
]

/** The operations of a guest with these features. */
export const operationsOf = (features: ReadonlySet<Feature>): ReadonlyArray<Operation> =>
  [...numbers, ...memory(features.has("growth")), ...tables, ...others].filter(
    ({ needs }) => needs === undefined || features.has(needs)
  )
