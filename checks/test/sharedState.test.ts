import { describe, expect, it } from "vitest"
import { notGivenBack, sharedState } from "./support/SharedState.ts"

/** What is not given back where one thing is done, which is then undone. */
const leftBy = (change: () => unknown, undo: () => unknown): ReadonlyArray<string> => {
  const before = sharedState()
  change()
  const left = notGivenBack(before, sharedState())
  undo()
  expect(notGivenBack(before, sharedState())).toEqual([])
  return left
}

describe("What a test file leaves to the files after it in its worker", () => {
  it("is named: a directory, an exit code, a variable, a listener", () => {
    const there = process.cwd()
    const listen = () => {}
    expect([
      leftBy(
        () => process.chdir("/"),
        () => process.chdir(there)
      ),
      leftBy(
        () => Reflect.set(process, "exitCode", 7),
        () => Reflect.set(process, "exitCode", undefined)
      ),
      leftBy(
        () => Reflect.set(process.env, "ALGA_LEFT", "1"),
        () => Reflect.deleteProperty(process.env, "ALGA_LEFT")
      ),
      leftBy(
        () => process.on("SIGTERM", listen),
        () => process.off("SIGTERM", listen)
      )
    ]).toEqual([
      ["the working directory, which is /"],
      ["the exit code, which is 7"],
      ["the variable ALGA_LEFT"],
      ["a listener of process for SIGTERM"]
    ])
  })

  it.each([
    ["globalThis.Request", globalThis, "Request"],
    ["globalThis.left", globalThis, "left"],
    ["globalThis.setTimeout", globalThis, "setTimeout"],
    ["process.kill", process, "kill"],
    ["console.log", console, "log"]
  ])("is named: another value of %s", (name, holder, key) => {
    const own = Object.getOwnPropertyDescriptor(holder, key)
    const change = () =>
      void Object.defineProperty(holder, key, { value: () => {}, configurable: true, writable: true })
    const undo = () => {
      Reflect.deleteProperty(holder, key)
      if (own !== undefined) Object.defineProperty(holder, key, own)
    }
    expect(leftBy(change, undo)).toEqual([`the value of ${name}`])
  })
})
