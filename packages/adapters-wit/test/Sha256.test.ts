import { createHash } from "node:crypto"
import { assert, describe, it } from "vitest"
import { sha256 } from "../src/Sha256.ts"

const piece = 4 * 1024 * 1024

/** What happens while bytes are hashed: a turn of other work, and the end. */
const eventsOf = async (length: number): Promise<ReadonlyArray<string>> => {
  const events: Array<string> = []
  const work = (): void => {
    if (events.at(-1) === "hashed") return
    events.push("other work")
    setImmediate(work)
  }
  setImmediate(work)
  await sha256(new Uint8Array(length))
  events.push("hashed")
  return events
}

describe("sha256", () => {
  it.each([0, 1, piece - 1, piece, piece + 1, 2 * piece + 1])("is that of all of %i bytes", async (length) => {
    const bytes = Buffer.alloc(length, "alga")
    assert.strictEqual(await sha256(bytes), createHash("sha256").update(bytes).digest("hex"))
  })

  it.each([
    [piece, ["hashed"]],
    [piece + 1, ["other work", "hashed"]],
    [3 * piece, ["other work", "other work", "hashed"]]
  ])("of %i bytes lets other work have its turn between pieces of 4 MiB", async (length, events) => {
    assert.deepStrictEqual(await eventsOf(length), events)
  })
})
