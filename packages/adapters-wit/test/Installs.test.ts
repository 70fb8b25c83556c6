import { assert, describe, it } from "@effect/vitest"
import { makeInstalls } from "../src/internal/host/Installs.ts"

describe("The installs of a process", () => {
  it("have a number each, the same each time", () => {
    const installs = makeInstalls()
    assert.deepStrictEqual(
      ["a", "b", "a", "c", "b"].map((install) => installs.numberOf(install)),
      [0, 1, 0, 2, 1]
    )
    assert.deepStrictEqual([installs.has("b"), installs.has("d")], [true, false])
  })

  it("never get a number that another had, also when they were forgotten", () => {
    const installs = makeInstalls()
    const given = new Set<number>()
    for (let round = 0; round < 2; round++) {
      for (let at = 0; at < 300; at++) {
        const number = installs.numberOf(`install ${at}`)
        assert.isFalse(given.has(number))
        given.add(number)
      }
    }
    assert.isFalse(installs.has("install 0"))
  })

  it("are remembered while they are asked", () => {
    const installs = makeInstalls()
    const number = installs.numberOf("often")
    for (let at = 0; at < 1_000; at++) {
      installs.numberOf(`install ${at}`)
      assert.strictEqual(installs.numberOf("often"), number)
    }
  })
})
