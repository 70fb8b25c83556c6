import { parse } from "@bytecodealliance/jco"
import { assert, describe, it } from "@effect/vitest"
import { coreWasm } from "../src/internal/child/CoreWasm.ts"
import { hostCallAdapter } from "../src/internal/child/core/HostCallAdapter.ts"
import { UnknownInstruction } from "../src/internal/child/core/Instructions.ts"

type Call = (...args: ReadonlyArray<unknown>) => unknown

/** The functions of the adapter of a module, over imports by the names of the module's own. */
const adapted = async (text: string, calls: Readonly<Record<string, Call>> = {}) => {
  const { bytes, imports } = hostCallAdapter(await parse(text))
  const unnamed = Object.fromEntries(imports.map(({ adapter, name }) => [adapter, calls[name] ?? (() => undefined)]))
  const { exports } = new coreWasm.Instance(new coreWasm.Module(bytes), { "": unnamed })
  const of = (name: string) => exports[imports.find((one) => one.name === name)?.adapter ?? name] as Call
  return { bytes, exports, imports, of }
}

const numbers = `(module
  (import "m" "both" (func (param i32 i64 f32 f64) (result i64)))
  (import "m" "none" (func))
  (import "n" "f64" (func (param f64) (result f64)))
  (import "n" "f32" (func (result f32)))
  (import "n" "i32" (func (param i32 i32) (result i32))))`

describe("The adapter between a module and its imports", () => {
  it("has a function for each that the module imports, and passes what goes in and comes out as it is", async () => {
    const asked: Array<unknown> = []
    const note =
      (name: string, result?: unknown): Call =>
      (...args) => {
        asked.push([name, ...args])
        return result
      }
    const { exports, imports, of } = await adapted(numbers, {
      both: note("both", 7n),
      none: note("none"),
      f64: note("f64", -0.1),
      f32: note("f32", 0.5),
      i32: note("i32", -3)
    })
    assert.deepEqual(imports, [
      { module: "m", name: "both", adapter: "0" },
      { module: "m", name: "none", adapter: "1" },
      { module: "n", name: "f64", adapter: "2" },
      { module: "n", name: "f32", adapter: "3" },
      { module: "n", name: "i32", adapter: "4" }
    ])
    assert.deepEqual(Object.keys(exports), ["0", "1", "2", "3", "4"])
    assert.deepEqual(
      [of("both")(1, -2n, 0.5, 1e300), of("none")(), of("f64")(2.5), of("f32")(), of("i32")(8, 9)],
      [7n, undefined, -0.1, 0.5, -3]
    )
    assert.deepEqual(asked, [["both", 1, -2n, 0.5, 1e300], ["none"], ["f64", 2.5], ["f32"], ["i32", 8, 9]])
  })

  it.each([
    ["an error", new Error("private")],
    ["a stack that is too deep", new RangeError("Maximum call stack size exceeded")],
    ["what is no error", 1]
  ])("traps where the import throws %s, whatever it gives", async (_, thrown) => {
    const throws = () => {
      throw thrown
    }
    const { of } = await adapted(numbers, { both: throws, none: throws, f64: throws, f32: throws, i32: throws })
    for (const call of [
      () => of("both")(1, 2n, 3, 4),
      () => of("none")(),
      () => of("f64")(1),
      () => of("f32")(),
      () => of("i32")(1, 2)
    ]) {
      assert.throws(call, coreWasm.RuntimeError, "unreachable")
    }
  })

  it("leaves alone what is no function of numbers with one result at most", async () => {
    const { exports, imports } = await adapted(`(module
      (import "m" "reference" (func (param externref)))
      (import "m" "gives" (func (result funcref)))
      (import "m" "vector" (func (param v128)))
      (import "m" "two" (func (result i32 i32)))
      (import "m" "memory" (memory 1))
      (import "m" "global" (global i32))
      (import "m" "table" (table 1 funcref))
      (import "m" "good" (func (param i32))))`)
    assert.deepEqual(imports, [{ module: "m", name: "good", adapter: "0" }])
    assert.deepEqual(Object.keys(exports), ["0"])
  })

  it("knows a function's type among types of all kinds, alone and in groups", async () => {
    const asked: Array<unknown> = []
    const { imports, of } = await adapted(
      `(module
        (type $array (array (mut i16)))
        (type $struct (struct (field i8) (field (mut (ref null $array))) (field i64)))
        (rec
          (type $open (sub (struct (field (ref null $late)))))
          (type $narrow (sub $open (struct (field (ref null $late)) (field f32))))
          (type $late (sub final $narrow (struct (field (ref null $late)) (field f32))))
          (type $grouped (func (param i64) (result i64))))
        (type $super (sub (func (param f64))))
        (type $reference (func (param (ref null $struct))))
        (type $last (func (param i32 i64) (result f32)))
        (import "m" "reference" (func (type $reference)))
        (import "m" "grouped" (func (type $grouped)))
        (import "m" "super" (func (type $super)))
        (import "m" "last" (func (type $last))))`,
      {
        grouped: (given) => given,
        super: (given) => asked.push(given) && undefined,
        last: (...args) => asked.push(args) && 1.5
      }
    )
    assert.deepEqual(
      imports.map(({ name }) => name),
      ["grouped", "super", "last"]
    )
    assert.deepEqual([of("grouped")(5n), of("super")(0.5), of("last")(1, 2n)], [5n, undefined, 1.5])
    assert.deepEqual(asked, [0.5, [1, 2n]])
  })

  it("is there for a module that imports nothing", async () => {
    const { exports, imports } = await adapted("(module)")
    assert.deepEqual([imports, Object.keys(exports)], [[], []])
  })

  it("is not made of a kind of type that nobody knows", () => {
    const bytes = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 2, 1, 0x5d)
    assert.throws(() => hostCallAdapter(bytes), UnknownInstruction, "a type of kind 0x5d")
  })
})
