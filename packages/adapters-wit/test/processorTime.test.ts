import { assert, describe, it } from "vitest"
import { makeProcessorClock, processorTime, processorTimeIn } from "../src/internal/host/processorTime.ts"

const stat = (user: number, system: number, name = "node") =>
  `42 (${name}) R 1 42 42 0 -1 4194560 7 8 9 10 ${user} ${system} 500 600 20 0 11 0 100 1 2 3`

describe("processor time", () => {
  it("is that in user and in system mode together, without that of ended children", () => {
    assert.strictEqual(processorTimeIn(stat(3, 0)), 30)
    assert.strictEqual(processorTimeIn(stat(0, 4)), 40)
    assert.strictEqual(processorTimeIn(stat(3, 4)), 70)
  })

  it("is found behind a name that looks like fields", () => {
    assert.strictEqual(processorTimeIn(stat(3, 4, "a) R 1 (b) 2")), 70)
  })

  it("is unknown where the text is another, and where the process is gone", () => {
    assert.isNull(processorTimeIn(""))
    assert.isNull(processorTimeIn("42 (node) R 1"))
    assert.isNull(processorTime(2 ** 30))
    assert.isNull(makeProcessorClock(2 ** 30).now())
  })

  it("goes on in the clock of a process until that is closed", () => {
    const clock = makeProcessorClock(process.pid)
    const told = processorTime(process.pid)
    const now = clock.now()
    assert.strictEqual(now === null, told === null)
    assert.isAtLeast(now ?? 0, told ?? 0)
    clock.close()
    assert.isNull(clock.now())
  })
})
