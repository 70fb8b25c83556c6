import { ids } from "@alga-psa/ext-adapters-memory"
import type { GuestLine } from "@alga-psa/ext-adapters-wit"
import { bareExecution } from "@alga-psa/ext-domain/testing/bareExecution"
import { assert, describe, it } from "vitest"
import { entryOf } from "../src/DebugStream.ts"
import { makeWaitingEntries } from "../src/internal/debug/waitingEntries.ts"

const invocation = bareExecution({
  tenantId: ids.tenants.acme,
  extensionId: ids.extensions.full,
  installId: ids.installs.full
})
const line = (change: Partial<GuestLine>): GuestLine => ({
  ...{ invocation, level: "warn", message: "a line", isCut: false },
  ...change
})
const options = { prefix: "ext-debug:", eventBytes: 8 }

describe("A line for the debug page", () => {
  it("is an entry of its tenant's and extension's stream, with all fields as texts and no version of the caller's", () => {
    const named = { ...invocation, requestId: "r-1", versionId: "said" }
    assert.deepEqual(entryOf(line({ invocation: named }), options, 12), {
      stream: `ext-debug:${ids.tenants.acme}:${ids.extensions.full}`,
      tenant: ids.tenants.acme,
      fields: {
        ...{ ts: "12", level: "warn", stream: "log", tenant: ids.tenants.acme, extension: ids.extensions.full },
        ...{ install: ids.installs.full, request: "r-1", version: "", message: "a line", truncated: "0" }
      }
    })
    assert.deepInclude(entryOf(line({}), options, 12).fields, { request: "", version: "" })
  })

  it.each([
    ["12345678", false, "12345678", "0"],
    ["123456789", false, "12345678", "1"],
    ["1234567ä", false, "1234567", "1"],
    ["äää", false, "äää", "0"],
    ["short", true, "short", "1"]
  ])("says whether it was cut, and ends with a whole letter: %s", (message, isCut, text, truncated) => {
    assert.deepInclude(entryOf(line({ isCut, message }), options, 0).fields, { message: text, truncated })
  })
})

describe("Entries that wait", () => {
  const adding = (most: number) => {
    const waiting = makeWaitingEntries(most)
    const add = (tenant: string, text: string) => waiting.add({ stream: tenant, tenant, fields: { text } })
    const left = () => waiting.take(100).map(({ fields }) => fields["text"])
    return { add, left, waiting }
  }

  it("are bounded: the oldest makes room", () => {
    const { add, left } = adding(4)
    const dropped = ["a", "b", "c", "d", "e"].map((tenant) => add(tenant, tenant))
    assert.deepEqual([dropped, left(), left()], [[0, 0, 0, 0, 1], ["b", "c", "d", "e"], []])
  })

  it("of one tenant are half at most: its own oldest makes room, and no other's", () => {
    const { add, left } = adding(4)
    add("a", "1")
    const dropped = [1, 2, 3, 4, 5].map((count) => add("b", `b${count}`))
    assert.deepEqual(
      [dropped, left()],
      [
        [0, 0, 1, 1, 1],
        ["1", "b4", "b5"]
      ]
    )
    assert.strictEqual(add("b", "b6"), 0)
  })

  it("are taken in their order, a few at a time", () => {
    const { add, waiting } = adding(8)
    for (const text of ["1", "2", "3"]) add("a", text)
    assert.deepEqual([waiting.take(2).length, waiting.size(), waiting.take(2).length, waiting.size()], [2, 1, 1, 0])
  })
})
