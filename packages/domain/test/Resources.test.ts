import { assert, it } from "vitest"
import { forEachInterface, resources } from "../src/Resources.ts"

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
  assert.deepEqual(
    resources.map(({ operations }) => Object.keys(operations)),
    [
      ["list", "get", "page", "getMany"],
      ["list", "get", "page", "getMany"]
    ]
  )
})
