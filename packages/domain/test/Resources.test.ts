import { assert, it } from "vitest"
import { forEachResource, resources } from "../src/Resources.ts"

it("Every resource has a value by its name", () => {
  assert.deepEqual(
    forEachResource(({ capability }) => capability),
    { clients: "cap:client.read", services: "cap:service.read" }
  )
  assert.lengthOf(resources, 2)
})
