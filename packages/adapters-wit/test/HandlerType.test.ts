import { assert, describe, it } from "@effect/vitest"
import { handlerType } from "../src/internal/child/HandlerType.ts"

const declared = (main: string, types = "") =>
  handlerType(
    new Map([
      ["guest.d.ts", main],
      ["interfaces/types.d.ts", types]
    ])
  )

const root = (line: string, rest = "") => `${rest}export interface Root {\n  ${line},\n}\n`

describe("handlerType", () => {
  it("replaces names by what they are, in any file, with the fields in order", () => {
    const types =
      "export interface Inner {\n  b?: string,\n  a: Array<Leaf>,\n}\nexport interface Leaf {\n  n: number,\n}\n"
    const main = root(
      "handler(request: Inner): Out",
      "export type Inner = import('./interfaces/types.js').Inner;\nexport interface Out {\n  body?: Uint8Array,\n}\n"
    )
    assert.deepEqual(declared(main, types), {
      takes: "{a: Array<{n: number}>, b?: string}",
      gives: "{body?: Uint8Array}"
    })
  })

  it("shows more parameters, none, and a promise", () => {
    assert.deepEqual(declared(root("handler(a: string, b: number): boolean")), {
      takes: "string, number",
      gives: "boolean"
    })
    assert.deepEqual(declared(root("handler(): Promise<string>")), { takes: "", gives: "Promise<string>" })
  })

  it("finds no handler where there is none", () => {
    assert.isNull(declared(root("run(): string")))
    assert.isNull(declared(""))
  })

  it("does not follow types that go round, and does not know those that it cannot find", () => {
    const round = "export interface Round {\n  again: Round,\n}\n"
    assert.match(declared(root("handler(a: Round): Lost", round))?.takes ?? "", /\?/)
    assert.strictEqual(declared(root("handler(a: Round): Lost", round))?.gives, "?")
  })
})
