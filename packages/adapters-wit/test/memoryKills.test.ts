import { assert, describe, it } from "@effect/vitest"
import { makeMemoryKills, memoryKillsIn } from "../src/internal/host/memoryKills.ts"

describe("An end for want of memory", () => {
  it("is one that the system has counted, once for each", () => {
    let counted = 3
    const isMemoryKill = makeMemoryKills(() => counted)
    assert.isFalse(isMemoryKill())
    counted += 2
    assert.deepStrictEqual([isMemoryKill(), isMemoryKill(), isMemoryKill()], [true, true, false])
  })

  it("is counted by both versions of control groups, and nowhere else", () => {
    assert.strictEqual(memoryKillsIn("low 0\nhigh 0\nmax 9\noom 1\noom_kill 4\noom_group_kill 0\n"), 4)
    assert.strictEqual(memoryKillsIn("oom_kill_disable 0\nunder_oom 0\noom_kill 7\n"), 7)
    assert.deepStrictEqual([memoryKillsIn(""), memoryKillsIn(null)], [0, 0])
  })
})
