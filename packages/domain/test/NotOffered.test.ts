import { assert, it } from "vitest"
import { NotOffered } from "../src/NotOffered.ts"

it("An interface that the host does not offer is named by an error of its own tag", () => {
  const { _tag, message } = new NotOffered({ port: "storage" })
  assert.deepEqual([_tag, message], ["NotOffered", "this host offers no storage"])
})
