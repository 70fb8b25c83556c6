import { parse } from "@bytecodealliance/jco"
import { assert, describe, it } from "@effect/vitest"
import { type CoreGlobal, type CoreLinearMemory, coreWasm, EngineGlobal } from "../src/internal/child/CoreWasm.ts"
import { openComponent } from "../src/internal/child/core/OpenComponent.ts"
import { sectionId, sections } from "../src/internal/child/core/Sections.ts"

const opened = async (...texts: ReadonlyArray<string>) =>
  openComponent(await Promise.all(texts.map((text) => parse(text))))

const first = async (text: string) => {
  const component = await opened(text)
  if (!("modules" in component)) throw new Error(component.unrestorable)
  const [module] = component.modules
  if (module === undefined) throw new Error("no module")
  return { ...module, marker: component.marker }
}

type Run = (...args: ReadonlyArray<number>) => number

const everyInstruction = `
  (type $t (func (param i32) (result i32)))
  (import "m" "g" (global $imported i32))
  (table $table 4 funcref)
  (memory $memory 1 4)
  (global $a (mut i32) (i32.const 1))
  (global $b (mut i64) (i64.const -2))
  (global $c (mut f32) (f32.const 0.5))
  (global $d (mut f64) (f64.const nan))
  (global $e i32 (global.get $imported))
  (elem (table $table) (offset (global.get $imported)) func $size)
  (elem $passive func $size)
  (data (offset (global.get $imported)) "data")
  (data $later "later")
  (tag $tag (param i32))
  (func $size (export "size") (type $t) (i32.add (memory.size) (i32.mul (i32.const 0) (local.get 0))))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "sum") (param i32) (result i32) (local i64 f64)
    (global.set $a (i32.add (global.get $a) (local.get 0)))
    (global.set $b (i64.add (global.get $b) (i64.extend_i32_s (local.get 0))))
    (global.set $c (f32.add (global.get $c) (f32.convert_i32_s (local.get 0))))
    (global.set $d (f64.convert_i32_s (local.get 0)))
    (i32.add (global.get $a) (global.get $e)))
  (func (export "every") (param i32) (result i32)
    (local $v v128)
    (block $out
      (br_table $out $out (local.get 0)))
    (loop $l (br_if $l (i32.const 0)))
    (local.set $v (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 (v128.const i32x4 1 2 3 4) (local.get $v)))
    (local.set $v (v128.load8_lane offset=3 2 (i32.const 0) (local.get $v)))
    (local.set $v (v128.load32_zero (i32.const 0)))
    (drop (i8x16.extract_lane_s 7 (local.get $v)))
    (memory.init $later (i32.const 64) (i32.const 0) (i32.const 5))
    (memory.copy (i32.const 128) (i32.const 64) (i32.const 5))
    (memory.fill (i32.const 192) (i32.const 1) (i32.const 5))
    (drop (i32.trunc_sat_f64_s (f64.const 1e300)))
    (drop (table.get $table (i32.const 0)))
    (drop (table.size $table))
    (drop (ref.is_null (ref.func $size)))
    (drop (ref.null func))
    (drop (select (result i32) (i32.const 1) (i32.const 2) (local.get 0)))
    (drop (f32.const 1))
    (drop (i64.const -9223372036854775808))
    (drop (block $caught (result i32) (try_table (catch $tag $caught) (throw $tag (i32.const 5))) (i32.const 1)))
    (call_indirect $table (type $t) (i32.const 1) (i32.const 0)))`

const instance = async (text: string) => {
  const module = await first(text)
  const size = new EngineGlobal({ value: "i32", mutable: true }, 1)
  const refused = new EngineGlobal({ value: "i32", mutable: true }, 0)
  const { exports } = new coreWasm.Instance(new coreWasm.Module(module.bytes), {
    m: { g: 0 },
    [module.marker]: { pages: size, refused }
  })
  const run = (name: string, ...args: ReadonlyArray<number>) => (exports[name] as Run)(...args)
  const [memoryName = ""] = module.memories
  return { module, size, refused, run, exports, memory: exports[memoryName] as CoreLinearMemory }
}

/** The module with the first data segment, `00 41 …`, written as one that names its memory in two bytes: `02 80 00 41 …`. */
const withNamedMemory = (bytes: Uint8Array): Uint8Array => {
  const data = sections(bytes).find(({ id }) => id === sectionId.data)
  if (data === undefined) throw new Error("no data section")
  const body = bytes.subarray(data.body, data.end)
  const rewritten = [sectionId.data, body.byteLength + 2, body[0] ?? 0, 2, 0x80, 0, ...body.subarray(2)]
  return Uint8Array.from([...bytes.subarray(0, data.start), ...rewritten, ...bytes.subarray(data.end)])
}

/** A module with one function whose code is given byte by byte, but for its last `end`. */
const withBody = async (
  body: ReadonlyArray<number>,
  locals: ReadonlyArray<number> = [0],
  size = locals.length + body.length + 1
): Promise<Uint8Array> => {
  const bytes = await parse("(module (memory 1) (table 1 funcref) (tag) (func))")
  const code = sections(bytes).find(({ id }) => id === sectionId.code)
  if (code === undefined) throw new Error("no code section")
  const content = [1, size, ...locals, ...body, 0x0b]
  return Uint8Array.from([...bytes.subarray(0, code.start), sectionId.code, content.length, ...content])
}

describe("openComponent", () => {
  it("leaves data where it is, whichever way its segment names the memory", async () => {
    const text = `(module (memory 1 4)
      (data (i32.const 8) "first") (data "later") (data (i32.const 16) "third")
      (func (export "later") (memory.init 1 (i32.const 24) (i32.const 0) (i32.const 5)))
      (func (export "size") (result i32) (memory.size)))`
    const component = openComponent([withNamedMemory(await parse(text))])
    if (!("modules" in component)) throw new Error(component.unrestorable)
    const [module] = component.modules
    const pages = new EngineGlobal({ value: "i32", mutable: true }, 1)
    const made = new coreWasm.Module(module?.bytes ?? new Uint8Array())
    const { exports } = new coreWasm.Instance(made, {
      [component.marker]: { pages, refused: new EngineGlobal({ value: "i32", mutable: true }, 0) }
    })
    ;(exports["later"] as Run)()
    const memory = exports[module?.memories[0] ?? ""] as CoreLinearMemory
    const seen = new TextDecoder().decode(new Uint8Array(memory.buffer, 8, 21))
    assert.strictEqual(seen, "first\0\0\0third\0\0\0later")
    assert.strictEqual((exports["size"] as Run)(), 1)
  })

  it("brings all state into reach and changes nothing that code does", async () => {
    const { exports, module, run } = await instance(`(module ${everyInstruction})`)
    assert.lengthOf(module.globals, 4)
    assert.lengthOf(module.memories, 1)
    assert.strictEqual(run("sum", 3), 4)
    assert.strictEqual(run("every", 0), 1)
    const [a, b, c, d] = module.globals.map((name) => (exports[name] as CoreGlobal).value)
    assert.deepEqual([a, b, c, d], [4, 1n, 3.5, 3])
  })

  it("shows code the size of memory that it has grown to, whatever is there already", async () => {
    const { memory, run, size } = await instance(`(module ${everyInstruction})`)
    memory.grow(2)
    assert.strictEqual(run("size", 0), 1)
    assert.strictEqual(run("grow", 1), 1)
    assert.strictEqual(run("size", 0), 2)
    assert.strictEqual(memory.buffer.byteLength, 3 * 65_536)
    assert.strictEqual(run("grow", 0), 2)
    assert.strictEqual(run("grow", 2), 2)
    assert.strictEqual(memory.buffer.byteLength, 4 * 65_536)
    assert.strictEqual(run("grow", 1), -1)
    assert.strictEqual(run("grow", -1), -1)
    assert.strictEqual(run("size", 0), 4)
    size.value = 1
    assert.strictEqual(run("size", 0), 1)
  })

  it("moves globals that modules share with each other", async () => {
    const component = await opened(
      '(module (memory (export "memory") 1) (global (export "g") (mut i32) (i32.const 40)))',
      `(module
        (import "x" "memory" (memory 1))
        (import "x" "g" (global $shared (mut i32)))
        (global $own (export "own") (mut i32) (i32.const 1))
        (func (export "run") (result i32)
          (global.set $own (i32.add (global.get $own) (memory.size)))
          (i32.add (global.get $shared) (global.get $own))))`
    )
    if (!("modules" in component)) throw new Error(component.unrestorable)
    const [owner, user] = component.modules
    assert.deepEqual([owner?.pages, user?.pages], [false, true])
    const owned = new coreWasm.Instance(new coreWasm.Module(owner?.bytes as Uint8Array), {}).exports
    const size = new EngineGlobal({ value: "i32", mutable: true }, 1)
    const { run, own } = new coreWasm.Instance(new coreWasm.Module(user?.bytes as Uint8Array), {
      x: owned,
      [component.marker]: { pages: size, refused: new EngineGlobal({ value: "i32", mutable: true }, 0) }
    }).exports
    assert.strictEqual((run as Run)(), 42)
    assert.strictEqual((own as CoreGlobal).value, 2)
  })

  it("notes that memory was refused, and not that it grew", async () => {
    const grow = `(memory 1 3) (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))`
    const { refused, run } = await instance(`(module (import "m" "g" (global i32)) ${grow})`)
    assert.deepEqual([run("grow", 2), refused.value], [1, 0])
    assert.deepEqual([run("grow", 1), refused.value], [-1, 1])
  })

  it("takes code of any length", async () => {
    const nops = "(nop)".repeat(70_000)
    const { run } = await instance(`(module (memory 1 2) (func (export "run") (result i32) ${nops} (memory.size)))`)
    assert.strictEqual(run("run"), 1)
  })

  it("keeps what segments of every kind put into tables", async () => {
    const { exports, run } = await instance(`(module
      (type $t (func (result i32)))
      (table $a (export "a") 2 funcref)
      (table $b (export "b") 2 funcref)
      (memory 1)
      (elem (table $b) (offset (i32.const 1)) func $f)
      (elem (table $a) (offset (i32.const 0)) funcref (ref.func $f) (ref.null func))
      (elem $passive funcref (ref.func $f))
      (elem declare funcref (ref.func $f))
      (func $f (export "run") (type $t) (memory.size)))`)
    const table = (name: string) => exports[name] as unknown as { readonly get: (index: number) => unknown }
    assert.strictEqual(run("run"), 1)
    assert.deepEqual([table("a").get(0), table("a").get(1)], [exports["run"], null])
    assert.deepEqual([table("b").get(0), table("b").get(1)], [null, exports["run"]])
  })

  it("adds names that the component does not have yet", async () => {
    const { marker } = await first('(module (memory (export "alga:state/memory/0") 1))')
    assert.strictEqual(marker, "alga:state+")
  })

  it("leaves custom sections out", async () => {
    const { bytes } = await first('(module (memory 1) (@custom "secret" "text"))')
    assert.notInclude(new TextDecoder("latin1").decode(bytes), "secret")
  })

  it.each([
    { why: "table-write", text: "(table 1 funcref) (func (table.set (i32.const 0) (ref.null func)))" },
    { why: "table-write", text: "(table 1 funcref) (func (drop (table.grow (ref.null func) (i32.const 1))))" },
    { why: "table-write", text: "(table 1 funcref) (func (table.fill (i32.const 0) (ref.null func) (i32.const 1)))" },
    { why: "table-write", text: "(table 1 funcref) (func (table.copy (i32.const 0) (i32.const 0) (i32.const 1)))" },
    {
      why: "table-write",
      text: "(table 1 funcref) (elem $e func) (func (table.init $e (i32.const 0) (i32.const 0) (i32.const 0)))"
    },
    { why: "segment-drop", text: '(data $d "x") (func (data.drop $d))' },
    { why: "segment-drop", text: "(elem $e func) (func (elem.drop $e))" },
    {
      why: "reference-global",
      text: "(global $g (mut funcref) (ref.null func)) (func (global.set $g (ref.null func)))"
    },
    { why: "reference-global", text: '(global $g (export "g") (mut externref) (ref.null extern))' },
    {
      why: "reference-global",
      text: "(global $g (mut v128) (v128.const i64x2 0 0)) (func (global.set $g (v128.const i64x2 1 1)))"
    },
    { why: "several-memories", text: "(memory 1) (memory $m 1) (func (drop (memory.grow $m (i32.const 1))))" },
    {
      why: "unknown-code",
      text: "(type $s (struct (field (mut i32)))) (global (ref $s) (struct.new $s (i32.const 1)))"
    }
  ])("knows $text as $why", async ({ text, why }) => {
    assert.deepInclude<unknown>(await opened("(module (func (nop)))", `(module ${text})`), { unrestorable: why })
  })

  it.each([
    {
      what: "a load in an order that is not known",
      body: [0x41, 0, 0xd0, 0x70, 0x41, 0, 0xfe, 0x10, 0x22, 0, 0x43, 0x1a, 0x26, 0, 1]
    },
    { what: "a null of an exact type", body: [0xd0, 0x62, 0, 0x1a] },
    { what: "a null of a shared type, written long", body: [0xd0, 0xe5, 0x7f, 0x70, 0x1a] },
    { what: "a block of an exact type", body: [0x02, 0x63, 0x62, 0, 0x0b] },
    { what: "a local variable of an exact type", locals: [1, 1, 0x63, 0x62, 0] },
    { what: "a local variable of a shared type", locals: [1, 1, 0x65] },
    { what: "a local variable of a packed type", locals: [1, 1, 0x78] },
    { what: "a local variable of no type", locals: [1, 1, 0x40] },
    { what: "a catch of a kind that is not known", body: [0x1f, 0x40, 1, 4, 0, 0x0b] },
    { what: "a function that ends before its size", body: [0x01], size: 4 },
    { what: "a function that ends behind its size", body: [0x01], size: 2 }
  ])("does not know $what", async ({ body = [], locals, size }) => {
    assert.deepEqual<unknown>(openComponent([await withBody(body, locals, size)]), { unrestorable: "unknown-code" })
  })

  it.each([
    { what: "a load", body: [0x41, 0, 0x28, 2, 0, 0x1a] },
    { what: "a load of a named memory", body: [0x41, 0, 0x28, 0x42, 0, 0, 0x1a] },
    { what: "a null of a plain type", body: [0xd0, 0x6f, 0x1a] },
    { what: "a null of a type with a number", body: [0xd0, 0x80, 0, 0x1a] },
    { what: "a block of a plain type", body: [0x02, 0x63, 0x70, 0xd0, 0x70, 0x0b, 0x1a] },
    ...[0x7f, 0x7e, 0x7d, 0x7c, 0x7b, 0x74, 0x70, 0x6f, 0x69].map((type) => ({
      what: `a local variable of type 0x${type.toString(16)}`,
      body: [],
      locals: [1, 1, type]
    }))
  ])("knows $what", async ({ body, locals }: { readonly body: Array<number>; readonly locals?: Array<number> }) => {
    assert.property(openComponent([await withBody(body, locals)]), "modules")
  })

  it.each([
    { what: "try and catch_all", body: [0x06, 0x40, 0x19, 0x0b] },
    { what: "try and catch", body: [0x06, 0x40, 0x07, 0, 0x0b] },
    { what: "try and delegate", body: [0x06, 0x40, 0x18, 0] },
    { what: "rethrow", body: [0x09, 0] }
  ])("leaves the old handling of exceptions alone: $what", async ({ body }) => {
    assert.deepEqual<unknown>(openComponent([await withBody(body)]), { unrestorable: "unknown-code" })
  })

  it("sets 1,000 global variables back and no more", async () => {
    const globals = (count: number, type: string) =>
      opened(`(module ${`(global ${type} (i32.const 0))`.repeat(count)})`)
    assert.property(await globals(1_000, "(mut i32)"), "modules")
    assert.property(await globals(1_001, "i32"), "modules")
    assert.deepEqual<unknown>(await globals(1_001, "(mut i32)"), { unrestorable: "many-globals" })
  })

  it("gives up on names that leave no short one for the host", async () => {
    const names = (count: number) => Array.from({ length: count }, (_, i) => `alga:state${"+".repeat(i)}`)
    const exporting = (count: number) =>
      opened(
        `(module ${names(count)
          .map((name) => `(func (export "${name}"))`)
          .join("")})`
      )
    assert.property(await exporting(20), "modules")
    assert.deepEqual<unknown>(await exporting(21), { unrestorable: "unknown-code" })
  })

  it.each([
    "(global $g (mut funcref) (ref.null func))",
    "(memory 1) (memory 1)",
    "(table 1 funcref) (func (result i32) (table.size))"
  ])("does not mind %s, which nothing changes", async (text) => {
    assert.property(await opened(`(module ${text})`), "modules")
  })
})
