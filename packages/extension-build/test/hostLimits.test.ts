import { limitBounds } from "@alga-psa/ext-adapters-wit/Limits"
import { allPages, IterationStopped, ListIncomplete } from "@alga-psa/ext-extension-sdk"
import { allAfter } from "@alga-psa/ext-extension-sdk/AllAfter"
import { assert, describe, it } from "@effect/vitest"

const half = limitBounds.hostCalls.default / 2

describe("An iteration of the SDK, where nothing is set, stops at half of the host calls of an execution", () => {
  it("by pages", async () => {
    let calls = 0
    const all = allPages(
      "rows.all",
      async ({ page, pageSize }) => ({ items: [++calls], totalCount: 1_000_000, page, pageSize }),
      String
    )
    assert.instanceOf(await Array.fromAsync(all).catch((error: unknown) => error), ListIncomplete)
    assert.strictEqual(calls, half)
  })

  it("by cursor", async () => {
    let calls = 0
    const all = allAfter("rows.all", async () => ({ items: [++calls], totalCount: null, next: String(calls) }))
    assert.instanceOf(await Array.fromAsync(all).catch((error: unknown) => error), IterationStopped)
    assert.strictEqual(calls, half)
  })
})
