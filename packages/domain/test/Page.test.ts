import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { pageOf } from "../src/Page.ts"

const page = { items: ["a"], totalCount: 1, page: 1, pageSize: 25 }
const isPage = Schema.is(pageOf(Schema.String))

describe("A page of some items", () => {
  it("is one of these items, with whole numbers", () => {
    assert.isTrue(isPage(page))
    assert.isTrue(isPage({ ...page, items: [] }))
  })

  it.each([{ items: [1] }, { items: undefined }, { totalCount: 1.5 }, { page: "1" }, { pageSize: undefined }])(
    "is not one with %j",
    (change) => {
      assert.isFalse(isPage({ ...page, ...change }))
    }
  )
})
