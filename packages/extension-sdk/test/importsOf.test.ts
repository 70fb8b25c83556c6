import { parse } from "@bytecodealliance/jco"
import { assert, describe, it } from "@effect/vitest"
import { importsOf } from "../src/BuildComponent.ts"

describe("importsOf", () => {
  it("gives interfaces and functions in their order, and no types", async () => {
    const component = await parse(`(component
      (import "alga:extension/types" (instance $types (export "request" (type (sub resource)))))
      (alias export $types "request" (type $request))
      (import "request" (type (eq $request)))
      (import "handle" (type (sub resource)))
      (import "wasi:clocks/wall-clock@0.2.3" (instance))
      (component (import "inner" (func)))
      (import "log" (func)))`)
    assert.deepEqual(await importsOf(component), ["alga:extension/types", "wasi:clocks/wall-clock@0.2.3", "log"])
  })

  it("gives nothing where nothing is imported", async () => {
    assert.deepEqual(await importsOf(await parse("(component)")), [])
  })

  it("refuses a core module, and a component that is cut off", async () => {
    const refusal = async (component: Uint8Array) => importsOf(component).then(String, (error: Error) => error.message)
    const module = await parse('(component (import "m" (core module)))')
    assert.strictEqual(await refusal(module), "the component imports m, which no host has")
    const whole = await parse('(component (import "a:b/c" (instance)))')
    assert.strictEqual(await refusal(whole.subarray(0, 20)), "the component ends in the middle of a section")
  })
})
