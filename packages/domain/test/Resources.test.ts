import { assert, it } from "vitest"
import { forEachInterface, forEachResource, resources } from "../src/Resources.ts"

it("Every interface of every resource has a value by its name", () => {
  assert.deepEqual(
    forEachInterface((operations, { name }) => [name, ...Object.keys(operations)]),
    {
      clients: ["clients", "list", "get"],
      "clients-v2": ["clients", "page", "getMany"],
      services: ["services", "list", "get"],
      "services-v2": ["services", "page", "getMany"]
    }
  )
  const all = ["list", "get", "page", "getMany"]
  assert.deepEqual(
    forEachResource(({ operations }) => Object.keys(operations)),
    { clients: all, services: all }
  )
  assert.lengthOf(resources, 2)
})
