import { assert, describe, it } from "@effect/vitest"
import { vi } from "vitest"
import { tellForm } from "./support/tellForm.ts"

describe("The form of tests that need rights", () => {
  it("is said, and in CI the weaker one is refused", () => {
    const info = vi.spyOn(console, "info").mockReturnValue()
    vi.stubEnv("CI", "true")
    tellForm(true, "in a group", "told its sizes")
    assert.throws(() => tellForm(false, "in a group", "told its sizes"), "told its sizes; in CI it must be in a group")
    vi.stubEnv("CI", undefined)
    tellForm(false, "in a group", "told its sizes")
    assert.deepStrictEqual(info.mock.calls, [["in a group"], ["told its sizes"]])
  })
})
