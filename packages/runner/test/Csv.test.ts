import { assert, describe, it } from "@effect/vitest"
import { csv } from "../src/Csv.ts"

describe("CSV", () => {
  it("has the columns in their order, with empty cells for what is not there", () => {
    const rows = [{ b: 1, a: "x" }, { a: null }]
    assert.strictEqual(csv(["a", "b"], rows), "a,b\r\nx,1\r\n,\r\n")
    assert.strictEqual(csv(["a", "b"], rows, { head: false }), "x,1\r\n,\r\n")
  })

  it("quotes what would end a cell or a line", () => {
    assert.strictEqual(csv(["a"], [{ a: 'x,"y"\nz' }], { head: false }), '"x,""y""\nz"\r\n')
  })

  it.each(["=1+1", "+1", "-1", "@a", "\tx", "\rx", "\nx", "\uff1d1"])(
    "shows what a spreadsheet would carry out as a text: %j",
    (text) => {
      assert.match(csv(["a"], [{ a: text }], { head: false }), /^"?'/)
    }
  )

  it("leaves numbers as they are", () => {
    assert.strictEqual(csv(["a"], [{ a: -1.5 }], { head: false }), "-1.5\r\n")
  })
})
