import { assert, describe, it } from "@effect/vitest"
import { vi } from "vitest"
import { tellForm } from "./support/tellForm.ts"

describe("The form of tests that need rights", () => {
  it("is said, and the weaker one is refused where the narrow one is demanded", () => {
    const info = vi.spyOn(console, "info").mockReturnValue()
    vi.stubEnv("TEST_NARROW_SYSTEMS", "required")
    tellForm(true, "in a group", "told its sizes")
    assert.throws(() => tellForm(false, "in a group", "told its sizes"), "told its sizes; it must be in a group")
    vi.stubEnv("TEST_NARROW_SYSTEMS", undefined)
    tellForm(false, "in a group", "told its sizes")
    assert.deepStrictEqual(info.mock.calls, [["in a group"], ["told its sizes"]])
  })
})
