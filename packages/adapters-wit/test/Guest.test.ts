import { assert, describe, it } from "@effect/vitest"
import { noteSize } from "../src/internal/host/Guest.ts"
import { standInGuest } from "./support/standIn.ts"

const mebibyte = 1_048_576

describe("What a process says of its size", () => {
  it("does not replace what was seen of it where it says the same again, and does where it says something else", () => {
    const guest = standInGuest()
    noteSize(guest, 50 * mebibyte)
    assert.strictEqual(guest.ownBytes, 50 * mebibyte)
    guest.ownBytes = 200 * mebibyte
    noteSize(guest, 50 * mebibyte)
    assert.strictEqual(guest.ownBytes, 200 * mebibyte)
    noteSize(guest, 60 * mebibyte)
    assert.deepStrictEqual([guest.residentBytes, guest.ownBytes], [60 * mebibyte, 60 * mebibyte])
  })
})
