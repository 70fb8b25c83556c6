import { type Feature, layout, operationsOf, startPages } from "./Operations.ts"
import { instructionBytes } from "./Program.ts"

/** A function that a guest imports: where from, and its core type. */
export interface Imported {
  /** As programs name it. */
  readonly name: string
  readonly from: string
  readonly member: string
  readonly takes: ReadonlyArray<string>
  readonly gives: string | null
}

const wide: Readonly<Record<string, string>> = {
  i32: "",
  i64: "i64.extend_i32_s",
  f32: "f32.convert_i32_s",
  f64: "f64.convert_i32_s"
}

const asI32 = (call: string, gives: string | null): string => {
  if (gives === null) return `(block (result i32) ${call} (i32.const 0))`
  return gives === "i64" ? `(i32.wrap_i64 ${call})` : call
}

const callOf = ({ takes, gives }: Imported, index: number): string => {
  const given = takes.map((type, i) => {
    const word = `(i32.load offset=${8 + 4 * i} (local.get $at))`
    return wide[type] ? `(${wide[type]} ${word})` : word
  })
  return asI32(`(call $import${index} ${given.join(" ")})`, gives)
}

const importOf = ({ from, member, takes, gives }: Imported, index: number): string => {
  const type = `${takes.length > 0 ? `(param ${takes.join(" ")})` : ""}${gives === null ? "" : `(result ${gives})`}`
  return `(import "${from}" "${member}" (func $import${index} ${type}))`
}

const dispatch = (codes: ReadonlyArray<string>): string => {
  const labels = codes.map((_, i) => `$op${i}`).join(" ")
  const start = `(block $none (br_table ${labels} $none (i32.load (local.get $at)))) (unreachable)`
  return codes.reduce((text, code, i) => `(block $op${i} ${text}) (return ${code})`, start)
}

/** The names of a guest's instructions; each one's place is its number. */
export const instructionNames = (
  features: ReadonlySet<Feature>,
  imports: ReadonlyArray<Imported>
): ReadonlyArray<string> => [...operationsOf(features).map(({ name }) => name), ...imports.map(({ name }) => name)]

/**
 * A core module that runs the program in its request's body and answers with what each instruction gave. It can be given a
 * program for its start, and a memory of another module instead of one of its own.
 */
export const guestText = (
  features: ReadonlySet<Feature>,
  imports: ReadonlyArray<Imported>,
  { atStart = "", sharedMemory = false }: { readonly atStart?: string; readonly sharedMemory?: boolean } = {}
): string => {
  const has = (feature: Feature, text: string): string => (features.has(feature) ? text : "")
  const second = features.has("second-memory")
  const names = sharedMemory
    ? `(import "shared" "memory" (memory $memory ${startPages}))`
    : `(memory $memory ${startPages})`
  return `(module
  (type $entry (func (result i32)))
  (type $other (func (param i64)))
  ${imports.map(importOf).join("\n  ")}
  ${names}
  (export "memory" (memory $memory))
  ${second ? `(memory $second ${startPages})` : ""}
  (table $table 8 30 funcref)
  (elem (i32.const 0) $one $two $two $strange)
  (elem $functions func $two $one $two)
  (data (i32.const ${layout.text}) "10000000-0000-4000-8000-000000000000/api/x?y=z {}")
  (data $passive "kept aside")
  (data (i32.const ${layout.heap - 4_096}) "${atStart}")
  (global $free (mut i32) (i32.const ${layout.heap}))
  (global $notes (mut i32) (i32.const 0))
  (global $hook (mut i32) (i32.const 0))
  (global $hooks (mut i32) (i32.const 0))
  (global $given (mut i32) (i32.const 0))
  (global $after (mut i32) (i32.const 0))
  (global $response (mut i32) (i32.const ${layout.response}))
  (global $i32 (mut i32) (i32.const 7))
  (global $i64 (mut i64) (i64.const -7))
  (global $f32 (mut f32) (f32.const nan:0x200001))
  (global $f64 (mut f64) (f64.const nan:0x4000000000001))
  (global $shown (export "shown") (mut i32) (i32.const 1))
  ${has("reference-global", "(global $reference (mut funcref) (ref.null func))")}
  ${has("vector-global", "(global $vector (mut v128) (v128.const i32x4 1 2 3 4))")}
  (func $one (type $entry) (i32.const 1))
  (func $two (type $entry) (i32.const 2))
  (func $strange (type $other))
  (func $deep (param $left i32) (result i32)
    (if (result i32) (local.get $left)
      (then (i32.add (i32.const 1) (call $deep (i32.sub (local.get $left) (i32.const 1)))))
      (else (i32.const 0))))
  (func $hash (param $at i32) (param $end i32) (result i32)
    (local $hash i64)
    (block $done (loop $again
      (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
      (local.set $hash (i64.rotl (i64.mul (i64.xor (local.get $hash) (i64.load (local.get $at)))
        (i64.const 0x100000001b3)) (i64.const 7)))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br $again)))
    (i32.wrap_i64 (i64.xor (local.get $hash) (i64.shr_u (local.get $hash) (i64.const 32)))))
  (func $note (param $value i32)
    (if (i32.lt_u (global.get $notes) (i32.const ${(layout.logEnd - layout.log) / 4})) (then
      (i32.store offset=${layout.log} (i32.shl (global.get $notes) (i32.const 2)) (local.get $value))
      (global.set $notes (i32.add (global.get $notes) (i32.const 1))))))
  (func $perform (param $at i32) (result i32)
    (local $a i32) (local $b i32) (local $c i32)
    (local.set $a (i32.load offset=8 (local.get $at)))
    (local.set $b (i32.load offset=12 (local.get $at)))
    (local.set $c (i32.load offset=16 (local.get $at)))
    ${dispatch([...operationsOf(features).map(({ code }) => code), ...imports.map(callOf)])})
  (func $caught (param $at i32) (result i32)
    (block $caught
      (return (try_table (result i32) (catch_all $caught) (call $perform (local.get $at)))))
    (i32.const 0xca6fa11))
  (func $step (param $at i32)
    (local $left i32)
    (local.set $left (i32.load16_u offset=4 (local.get $at)))
    (loop $again
      (if (i32.load16_u offset=6 (local.get $at))
        (then (call $note (call $caught (local.get $at))))
        (else (call $note (call $perform (local.get $at)))))
      (local.set $left (i32.sub (local.get $left) (i32.const 1)))
      (br_if $again (i32.gt_s (local.get $left) (i32.const 0)))))
  (func $run (param $at i32) (param $length i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $at) (local.get $length)))
    (block $done (loop $again
      (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
      (call $step (local.get $at))
      (local.set $at (i32.add (local.get $at) (i32.const ${instructionBytes})))
      (br $again))))
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (local $at i32)
    (if (i32.gt_s (global.get $hooks) (i32.const 0)) (then
      (global.set $hooks (i32.sub (global.get $hooks) (i32.const 1)))
      (call $step (global.get $hook))))
    (if (global.get $given) (then (return (global.get $given))))
    (local.set $at (i32.and (i32.add (global.get $free) (i32.const 7)) (i32.const -8)))
    (global.set $free (i32.add (local.get $at) (local.get 3)))
    (local.get $at))
  ${has("start", `(func (export "_initialize") (call $run (i32.const ${layout.heap - 4_096}) (i32.const ${atStart.length / 3})))`)}
  (func (export "handler") (param $request i32) (result i32)
    (if (i32.load8_u offset=76 (local.get $request)) (then
      (call $run (i32.load offset=80 (local.get $request)) (i32.load offset=84 (local.get $request)))))
    (i32.store16 (i32.const ${layout.response}) (i32.const 200))
    (i64.store offset=4 (i32.const ${layout.response}) (i64.const 0))
    (i32.store offset=12 (i32.const ${layout.response}) (i32.const 1))
    (i32.store offset=16 (i32.const ${layout.response}) (i32.const ${layout.log}))
    (i32.store offset=20 (i32.const ${layout.response}) (i32.shl (global.get $notes) (i32.const 2)))
    (global.get $response))
  (func (export "cabi_post_handler") (param i32)
    (if (global.get $after) (then (call $step (global.get $after)))))
)`
}
