import { assert, describe, it } from "@effect/vitest"
import type { GuestInstance } from "../src/internal/child/GuestInstance.ts"
import { makeInstances } from "../src/internal/child/Instances.ts"

interface Made extends GuestInstance {
  readonly did: Array<string>
  ends: string | null
}

/** Instances of 100 bytes that note what is done to them, in the order in which they were made. */
const making = () => {
  const made: Array<Made> = []
  const make = (): GuestInstance => {
    const did: Array<string> = []
    const instance: Made = {
      did,
      ends: null,
      handler: () => null,
      obstacle: () => instance.ends,
      restore: () => did.push("restore"),
      wipe: () => did.push("wipe"),
      bytes: () => 100,
      memoryBytes: () => 100
    }
    made.push(instance)
    return instance
  }
  return { made, make }
}

const enough = 1_000

describe("The instances of a process that installs share", () => {
  it("are of one install each, and the same one comes back to its install", () => {
    const { make } = making()
    const instances = makeInstances(make, true)
    const of = (install: number) => {
      const instance = instances.take(install)
      instances.prepare(enough)
      return instance
    }
    const [first, second, third] = [of(0), of(1), of(2)]
    assert.strictEqual(new Set([first, second, third]).size, 3)
    assert.deepStrictEqual([of(1), of(0), of(2)], [second, first, third])
  })

  it("are set back before the next request, whoever prepares for it", () => {
    const { made, make } = making()
    const instances = makeInstances(make, true)
    instances.take(0)
    instances.take(1)
    assert.deepStrictEqual(made[0]?.did, ["restore"])
    instances.prepare(enough)
    assert.deepStrictEqual(made[1]?.did, ["restore"])
    instances.prepare(enough)
    assert.deepStrictEqual([made[0]?.did, made[1]?.did], [["restore"], ["restore"]])
  })

  it("are overwritten where they cannot be reset, and never serve again", () => {
    const { made, make } = making()
    const instances = makeInstances(make, true)
    const first = instances.take(0)
    for (const one of made) one.ends = "memory-grown"
    instances.prepare(enough)
    assert.deepStrictEqual(made[0]?.did, ["wipe"])
    assert.notStrictEqual(instances.take(0), first)
  })

  it("include one that nobody had, made ahead and given once", () => {
    const { made, make } = making()
    const instances = makeInstances(make, true)
    instances.take(0)
    assert.lengthOf(made, 1)
    instances.prepare(enough)
    assert.lengthOf(made, 2)
    assert.strictEqual(instances.take(1), made[1])
    assert.lengthOf(made, 2)
    assert.notStrictEqual(instances.take(2), made[1])
  })

  it("are kept within their memory, the one used last in any case, and those used longest ago go first", () => {
    const { make } = making()
    const instances = makeInstances(make, true)
    const of = (install: number, keptBytes = enough) => {
      const instance = instances.take(install)
      instances.prepare(keptBytes)
      return instance
    }
    const [first, second] = [of(0), of(1)]
    assert.strictEqual(of(0), first)
    of(2, 299)
    assert.strictEqual(of(0), first)
    assert.notStrictEqual(of(1), second)
    const last = of(5, 0)
    assert.strictEqual(of(5), last)
    assert.notStrictEqual(of(0), first)
  })

  it("are never more than a number, whatever memory there is", () => {
    const { made, make } = making()
    const instances = makeInstances(make, true)
    for (let install = 0; install < 200; install++) {
      instances.take(install)
      instances.prepare(Number.POSITIVE_INFINITY)
    }
    const before = made.length
    for (let install = 199; install >= 72; install--) instances.take(install)
    assert.lengthOf(made, before)
    instances.take(71)
    instances.take(70)
    assert.lengthOf(made, before + 1)
  })

  it("are made with the request where their start calls the host", () => {
    const { made, make } = making()
    const instances = makeInstances(make, true)
    instances.take(0)
    for (const one of made) one.ends = "call-at-start"
    instances.prepare(enough)
    assert.lengthOf(made, 1)
    instances.take(1)
    assert.lengthOf(made, 2)
  })
})

describe("The instances of a process of one install", () => {
  it("are one, and another is made ahead only where that was given up", () => {
    const { made, make } = making()
    const instances = makeInstances(make, false)
    instances.prepare(enough)
    assert.lengthOf(made, 1)
    instances.take(0)
    instances.prepare(enough)
    assert.lengthOf(made, 1)
    for (const one of made) one.ends = "memory-grown"
    instances.take(0)
    instances.prepare(enough)
    assert.lengthOf(made, 2)
  })
})
