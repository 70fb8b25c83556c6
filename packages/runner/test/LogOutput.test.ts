import { assert, describe, it } from "@effect/vitest"
import { makeLogOutput } from "../src/LogOutput.ts"

/** An output that takes what it is given when it is told to. */
const slowReader = () => {
  const batches: Array<string> = []
  let taken = (): void => {}
  let woken = (): void => {}
  const taker = {
    write: (text: string, done: () => void) => {
      batches.push(text)
      taken = done
      woken()
    }
  }
  const next = () =>
    new Promise<void>((resolve) => {
      woken = resolve
    })
  return { batches, taker, next, take: () => taken() }
}

describe("the output of log lines", () => {
  it("hands lines over in batches, in their order, one on its way at a time", async () => {
    const { batches, next, take, taker } = slowReader()
    const output = makeLogOutput(taker, { batchMs: 1 })
    const first = next()
    for (const line of ["1", "2", "3"]) output.add(line)
    assert.deepStrictEqual(batches, [])
    await first
    assert.deepStrictEqual(batches, ["1\n2\n3\n"])
    for (const line of ["4", "5"]) output.add(line)
    assert.lengthOf(batches, 1)
    take()
    assert.deepStrictEqual(batches.slice(1), ["4\n5\n"])
    const last = next()
    take()
    output.add("6")
    await last
    assert.deepStrictEqual(batches.slice(2), ["6\n"])
  })

  it("loses nothing within its bound, and beyond it the oldest, which it counts and tells where they would have been", async () => {
    const { batches, next, take, taker } = slowReader()
    const output = makeLogOutput(taker, { batchMs: 1, mostWaiting: 4 })
    const first = next()
    output.add("0")
    await first
    const lost = ["1", "2", "3", "4", "5", "6", "7"].map(output.add)
    assert.deepStrictEqual(lost, [0, 0, 0, 0, 1, 1, 1])
    take()
    const [told = "", ...rest] = batches[1]?.trimEnd().split("\n") ?? []
    assert.deepStrictEqual(rest, ["4", "5", "6", "7"])
    const { annotations, level } = JSON.parse(told)
    assert.deepStrictEqual([level, annotations], ["WARN", { lines: 3 }])
    take()
    output.add("8")
    output.end()
    assert.strictEqual(batches[2], "8\n")
  })

  it("keeps a line that is longer than its bound", async () => {
    const { batches, next, taker } = slowReader()
    const output = makeLogOutput(taker, { batchMs: 1, mostWaiting: 4 })
    const first = next()
    output.add("a long line")
    await first
    assert.deepStrictEqual(batches, ["a long line\n"])
  })

  it("hands over at its end what waits, and from then on each line at once, whether it is taken or not", async () => {
    const { batches, next, taker } = slowReader()
    const output = makeLogOutput(taker, { batchMs: 1 })
    const first = next()
    output.add("1")
    await first
    output.add("2")
    output.end()
    output.add("3")
    assert.deepStrictEqual(batches, ["1\n", "2\n", "3\n"])
  })
})
