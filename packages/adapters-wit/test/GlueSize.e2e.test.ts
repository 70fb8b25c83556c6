import { parse } from "@bytecodealliance/jco"
import { assert, describe, it } from "vitest"
import { leastGlueBytes } from "../src/internal/child/core/GlueSize.ts"
import { componentGuest, coreGuest, scriptGuest } from "./support/Guests.ts"
import { chanceOf, mutated } from "./support/Mutations.ts"

const limit = 4_194_304

/** Types of which each holds the one before ten times: `wrap` says in what. */
const tower = (leaf: string, wrap: (inner: string) => string, levels = 6): string =>
  Array.from({ length: levels }, (_, i) => `(type $t${i + 1} ${wrap(i === 0 ? leaf : `$t${i}`)})`).join("\n")

const ten = (inner: string, field: (name: string) => string): string =>
  Array.from({ length: 10 }, (_, i) => field(`f${i}`).replace("*", inner)).join(" ")

const record = (inner: string) => `(record ${ten(inner, (name) => `(field "${name}" *)`)})`

const lifted = `
  (core module $m (memory (export "m") 1) (func (export "f") (param i32)) (func (export "g") (result i32) (i32.const 0))
    (func (export "r") (param i32 i32 i32 i32) (result i32) (i32.const 0)))
  (core instance $i (instantiate $m))
  (alias core export $i "m" (core memory $memory))`
const lift = (type: string) => `${lifted}
  (func (param "a" ${type}) (canon lift (core func $i "f") (memory $memory) (realloc (core func $i "r"))))`

/** Small components whose glue would be large. */
const bombs: Readonly<Record<string, string>> = {
  "records in records": `${tower("string", record)} ${lift("$t6")}`,
  "tuples in tuples": `${tower("string", (inner) => `(tuple ${ten(inner, () => "*")})`)} ${lift("$t6")}`,
  "variants in variants": `${tower("u8", (inner) => `(variant ${ten(inner, (name) => `(case "${name}" *)`)})`)} ${lift("$t6")}`,
  "lists of records in lists of records": `(type $l0 (list string)) ${tower("$l0", record)} (type $l (list $t6)) ${lift("$l")}`,
  "options and results in each other": `${tower("string", (inner) => `(tuple ${ten(inner, () => "*")})`, 5)}
    (type $o (option $t5)) (type $x (result $o (error $o))) (type $y (result $x (error $x))) (type $z (result $y (error $y))) ${lift("$z")}`,
  "a result": `${tower("string", record)} ${lifted}
    (func (result $t6) (canon lift (core func $i "g") (memory $memory) (realloc (core func $i "r"))))`,
  "an import that is lowered": `${tower("string", record)}
    (import "f" (func $f (param "a" $t6))) ${lifted}
    (core func (canon lower (func $f) (memory $memory) (realloc (core func $i "r"))))`,
  "an import of an instance": `(import "i" (instance $x ${tower("string", record)} (export "f" (func (param "a" $t6))))) ${lifted}
    (core func (canon lower (func $x "f") (memory $memory) (realloc (core func $i "r"))))`,
  "a type out of an instance": `(import "i" (instance $x ${tower("string", record, 5)} (export "t" (type (eq $t5)))))
    (alias export $x "t" (type $u)) ${tower("$u", record, 1)} ${lift("$t1")}`,
  "a type with a name of its own": `${tower("string", record, 5)} (import "t" (type $n (eq $t5))) (type $t (tuple $n $n $n $n $n $n)) ${lift("$t")}`,
  "a type of the component around": `${tower("string", record)} (component (alias outer 1 $t6 (type $o)) ${lift("$o")})`,
  "a type out of an inner component": `(component $c ${tower("string", record)} (export "t" (type $t6)))
    (instance $x (instantiate $c)) (alias export $x "t" (type $u)) ${lift("$u")}`,
  "a type out of an instance made of exports": `${tower("string", record)} (instance $x (export "t" (type $t6)))
    (alias export $x "t" (type $u)) ${lift("$u")}`,
  "many functions of one type": `${tower("string", record, 3)} ${lift("$t3")} ${`(func (param "a" $t3)
    (canon lift (core func $i "f") (memory $memory) (realloc (core func $i "r"))))`.repeat(40)}`
}

describe("leastGlueBytes", () => {
  it.each(Object.entries(bombs))("is over the limit for %s", async (_, text) => {
    assert.isAbove(leastGlueBytes(await parse(`(component ${text})`)), limit)
  })

  it.each([
    ["an extension in QuickJS", () => scriptGuest("counter")],
    ["an extension in StarlingMonkey", () => scriptGuest("counter", "starlingmonkey")],
    ["a core module", () => coreGuest("ok")],
    ["a component with two memories", () => componentGuest("two-memories")]
  ] as const)("is far below the limit for %s", async (_, guest) => {
    assert.isBelow(leastGlueBytes(await guest()), limit / 20)
  })

  it.each([
    ["nothing behind the preamble", [], 0],
    ["a section that is cut off", [7, 100, 1], "is cut off"],
    ["a section of a wrong size", [7, 2, 0, 0], "wrong size"],
    ["a type that nobody knows", [7, 2, 1, 0x01], "kind that nobody knows"],
    ["more types than bytes", [7, 5, 0xff, 0xff, 0xff, 0xff, 0x0f], "cut off"],
    ["an inner component without end", [4, 0xff, 1], "cut off"]
  ] as const)("of %s is %3$s", (_, bytes, expected) => {
    const component = Uint8Array.of(0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0, ...bytes)
    if (expected === 0) assert.strictEqual(leastGlueBytes(component), 0)
    else assert.throws(() => leastGlueBytes(component), RangeError, expected)
  })

  it("refuses types that are larger than any can be", async () => {
    const bytes = await parse(`(component ${tower("string", record, 60)} ${lift("$t60")})`)
    assert.throws(() => leastGlueBytes(bytes), RangeError, "larger than any can be")
  })

  it("refuses more parts than an extension has", () => {
    const types = [0xd1, 0x86, 0x03, ...Array.from({ length: 50_000 }, () => 0x7d).flatMap(() => [0x7d]), 0x7d]
    const size = types.length
    const section = [7, (size & 0x7f) | 0x80, ((size >> 7) & 0x7f) | 0x80, size >> 14]
    const component = Uint8Array.from([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0, ...section, ...types])
    assert.throws(() => leastGlueBytes(component), RangeError, "more than 50000 types")
  })

  it("gives a number or an error for a component with bytes changed", async () => {
    const guests = await Promise.all([coreGuest("ok"), componentGuest("two-memories")])
    const chance = chanceOf(9)
    for (let round = 0; round < 2_000; round++) {
      const changed = mutated(chance.pick(guests), chance)
      try {
        assert.isAtLeast(leastGlueBytes(changed), 0)
      } catch (error) {
        if (!(error instanceof RangeError || error instanceof TypeError)) throw error
      }
    }
  })
})
