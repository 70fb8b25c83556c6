import { parse } from "@bytecodealliance/jco"
import { assert, describe, it } from "@effect/vitest"
import { forbiddenCanonical } from "../src/internal/child/core/CanonicalFunctions.ts"

const resource = "(type $r (resource (rep i32)))"
const lowered = '(import "f" (func $f)) (core module $m (func (export "g"))) (core instance $i (instantiate $m))'

const allowed = [
  ["lower", `${lowered} (core func (canon lower (func $f)))`],
  ["lift", `${lowered} (func (canon lift (core func $i "g")))`],
  ["lower with a string encoding", `${lowered} (core func (canon lower (func $f) string-encoding=utf16))`],
  ["resource.new", `${resource} (core func (canon resource.new $r))`],
  ["resource.drop", `${resource} (core func (canon resource.drop $r))`],
  ["resource.rep", `${resource} (core func (canon resource.rep $r))`]
] as const

const memory = '(core module $mm (memory (export "m") 1)) (core instance $mi (instantiate $mm))'
const stream = `${memory} (type $s (stream u8))`
const future = `${memory} (type $s (future u8))`
const inMemory = '(memory (core memory $mi "m"))'

const forbidden = [
  ["lower async", `${lowered} ${memory} (core func (canon lower (func $f) async ${inMemory}))`],
  ["lift async", `(type $t (func async)) ${lowered} (func (type $t) (canon lift (core func $i "g") async))`],
  ["task.return", "(core func (canon task.return))"],
  ["task.cancel", "(core func (canon task.cancel))"],
  ["subtask.cancel", "(core func (canon subtask.cancel))"],
  ["subtask.drop", "(core func (canon subtask.drop))"],
  ["context.get", "(core func (canon context.get i32 0))"],
  ["context.set", "(core func (canon context.set i32 0))"],
  ["backpressure.inc", "(core func (canon backpressure.inc))"],
  ["backpressure.dec", "(core func (canon backpressure.dec))"],
  ["thread.yield", "(core func (canon thread.yield))"],
  ["thread.index", "(core func (canon thread.index))"],
  ["thread.available-parallelism", "(core func (canon thread.available_parallelism))"],
  ["waitable-set.new", "(core func (canon waitable-set.new))"],
  ["waitable-set.drop", "(core func (canon waitable-set.drop))"],
  ["waitable-set.wait", `${memory} (core func (canon waitable-set.wait ${inMemory}))`],
  ["waitable-set.poll", `${memory} (core func (canon waitable-set.poll ${inMemory}))`],
  ["waitable.join", "(core func (canon waitable.join))"],
  ["stream.new", `${stream} (core func (canon stream.new $s))`],
  ["stream.read", `${stream} (core func (canon stream.read $s ${inMemory}))`],
  ["stream.write", `${stream} (core func (canon stream.write $s ${inMemory}))`],
  ["stream.cancel-read", `${stream} (core func (canon stream.cancel-read $s))`],
  ["stream.drop-readable", `${stream} (core func (canon stream.drop-readable $s))`],
  ["future.new", `${future} (core func (canon future.new $s))`],
  ["future.read", `${future} (core func (canon future.read $s ${inMemory}))`],
  ["future.cancel-write", `${future} (core func (canon future.cancel-write $s))`],
  ["future.drop-writable", `${future} (core func (canon future.drop-writable $s))`],
  ["error-context.new", `${memory} (core func (canon error-context.new ${inMemory}))`],
  ["error-context.drop", "(core func (canon error-context.drop))"]
] as const

const nested = (body: string, levels: number): string =>
  levels === 0 ? body : nested(`(component ${body})`, levels - 1)

const preamble = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00]
/** A component of one section with these canonical functions. */
const functions = (...all: ReadonlyArray<ReadonlyArray<number>>): Uint8Array =>
  Uint8Array.of(...preamble, 8, all.flat().length + 1, all.length, ...all.flat())

/** Those that the engines do not make yet, by the numbers that the binary format gives them. */
const numbered = [
  [0x05, "task.cancel"],
  [0x06, "subtask.cancel"],
  [0x07, "resource.drop async"],
  [0x08, "backpressure.set"],
  [0x12, "stream.cancel-write"],
  [0x14, "stream.drop-writable"],
  [0x17, "future.write"],
  [0x18, "future.cancel-read"],
  [0x1a, "future.drop-readable"],
  [0x1d, "error-context.debug-message"],
  [0x27, "thread.new-indirect"],
  [0x28, "thread.switch-to"],
  [0x29, "thread.suspend"],
  [0x2a, "thread.resume-later"],
  [0x2b, "thread.yield-to"],
  [0x40, "thread.spawn-ref"],
  [0x41, "thread.spawn-indirect"],
  [0x42, "thread.available-parallelism"]
] as const

/** Components in each other, so many below the first. */
const inside = (levels: number): Uint8Array => {
  if (levels === 0) return Uint8Array.from(preamble)
  const inner = inside(levels - 1)
  return Uint8Array.of(...preamble, 4, (inner.length & 127) | 128, inner.length >> 7, ...inner)
}

describe("forbiddenCanonical", () => {
  it.each(allowed)("lets %s pass", async (_, body) => {
    assert.isNull(forbiddenCanonical(await parse(`(component ${body})`)))
    assert.isNull(forbiddenCanonical(await parse(`(component (component (component ${body})))`)))
  })

  it.each(forbidden)("names %s", async (name, body) => {
    assert.strictEqual(forbiddenCanonical(await parse(`(component ${body})`)), name)
    assert.strictEqual(forbiddenCanonical(await parse(`(component ${allowed[3][1]} (component ${body}))`)), name)
  })

  it("names what it does not know by its number", () => {
    assert.strictEqual(forbiddenCanonical(Uint8Array.of(...preamble, 8, 2, 1, 0xee)), "0xee")
    assert.strictEqual(
      forbiddenCanonical(Uint8Array.of(...preamble, 8, 6, 1, 1, 0, 0, 1, 0x09)),
      "lower with option 0x9"
    )
  })

  it.each(numbered)("knows the number 0x%x", (code, name) => {
    assert.strictEqual(forbiddenCanonical(functions([code])), name)
  })

  it.each([
    ["resource.new", [0x02, 0x00]],
    ["resource.drop", [0x03, 0x81, 0x01]],
    ["resource.rep", [0x04, 0x00]],
    ["lift", [0x00, 0x00, 0x00, 0x00, 0x07]],
    ["lift with options", [0x00, 0x00, 0x00, 0x02, 0x03, 0x00, 0x05, 0x00, 0x07]],
    ["lower", [0x01, 0x00, 0x00, 0x00]],
    ["lower in UTF-8", [0x01, 0x00, 0x00, 0x01, 0x00]],
    ["lower in UTF-16", [0x01, 0x00, 0x00, 0x01, 0x01]],
    ["lower in Latin-1 and UTF-16", [0x01, 0x00, 0x00, 0x01, 0x02]],
    ["lower with a memory", [0x01, 0x00, 0x00, 0x01, 0x03, 0x09]],
    ["lower with a reallocation", [0x01, 0x00, 0x00, 0x01, 0x04, 0x09]]
  ] as const)("reads %s to its end, and what is behind it", (_, bytes) => {
    assert.isNull(forbiddenCanonical(functions(bytes, bytes)))
    assert.strictEqual(forbiddenCanonical(functions(bytes, [0x05])), "task.cancel")
  })

  it("reads components that are 32 deep in each other, and none deeper", async () => {
    assert.isNull(forbiddenCanonical(await parse(nested("", 30))))
    assert.isNull(forbiddenCanonical(inside(32)))
    assert.throws(() => forbiddenCanonical(inside(33)), RangeError, "components are nested by more than 32 levels")
  })

  it("refuses bytes that are cut off, and those of a core module", async () => {
    const bytes = await parse(`(component ${allowed[0][1]})`)
    assert.throws(() => forbiddenCanonical(bytes.subarray(0, bytes.length - 3)), RangeError)
    assert.throws(
      () => forbiddenCanonical(Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0)),
      RangeError,
      "not a component"
    )
  })
})
