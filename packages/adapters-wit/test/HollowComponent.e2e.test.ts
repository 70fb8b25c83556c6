import { Buffer } from "node:buffer"
import { transpile } from "@bytecodealliance/jco/component"
import { assert, describe, it } from "@effect/vitest"
import { hollowComponent } from "../src/internal/child/core/HollowComponent.ts"
import { typicalComponent } from "../src/internal/child/TypicalComponent.ts"
import { componentGuest, coreGuest, scriptGuest } from "./support/Guests.ts"

const options = { name: "guest", instantiation: { tag: "sync" }, noTypescript: false, noNodejsCompat: true } as const

const transpiled = async (component: Uint8Array, whole: (module: Uint8Array) => Uint8Array) => {
  const { exports, files, imports } = await transpile(component, options)
  const finished = files.map(([name, bytes]) => [name, name.endsWith(".wasm") ? whole(bytes) : bytes] as const)
  return { exports, imports, files: new Map(finished.map(([name, bytes]) => [name, Buffer.from(bytes)])) }
}

const same = (module: Uint8Array): Uint8Array => module

describe("A hollow component", () => {
  it.each([
    { what: "on QuickJS", of: () => scriptGuest() },
    { what: "on StarlingMonkey", of: () => scriptGuest("starlingmonkey") },
    { what: "with a resource", of: () => coreGuest("keep-handle") },
    { what: "with a table, segments and a start function", of: () => coreGuest("keep-everywhere") },
    { what: "that warms a transpiler up", of: async () => typicalComponent },
    { what: "of several instances", of: () => componentGuest("many-instances", 3) },
    { what: "with several memories in a module", of: () => componentGuest("two-memories") }
  ])("is transpiled to the very files of the whole one: $what", async ({ of }) => {
    const component = await of()
    const hollow = hollowComponent(component)
    assert.deepEqual(await transpiled(hollow.bytes, hollow.whole), await transpiled(component, same))
  })

  it("is a small part of one with an engine", async () => {
    const component = await scriptGuest()
    assert.isBelow(hollowComponent(component).bytes.byteLength, component.byteLength / 10)
  })

  it("is whole where code is not valid, so that such a component is refused", async () => {
    const component = Buffer.from(await coreGuest("ok"))
    // The last instruction of its handler, `i32.const 1024`, becomes `i64.const 1024`.
    component[component.indexOf(Uint8Array.of(0x41, 0x80, 0x08, 0x0b))] = 0x42
    const hollow = hollowComponent(component)
    assert.deepEqual(Buffer.from(hollow.bytes), component)
    const failure = await transpile(hollow.bytes, options).then(() => "transpiled", String)
    assert.match(failure, /type mismatch/)
  })

  it.each([
    { what: "no bytes", bytes: [] },
    { what: "a core module", bytes: [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 1, 0] },
    { what: "a section that is cut off", bytes: [0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0, 1, 9, 0] }
  ])("is whole where it is none: $what", ({ bytes }) => {
    const component = Uint8Array.from(bytes)
    const hollow = hollowComponent(component)
    assert.deepEqual(hollow.bytes, component)
    assert.strictEqual(hollow.whole(component), component)
  })
})

describe("The component that warms a transpiler up", () => {
  it("is that of its text", async () => {
    assert.deepEqual(Buffer.from(await componentGuest("typical")), Buffer.from(typicalComponent))
  })
})
