import { assert, describe, it } from "@effect/vitest"
import { knownInterfaces, ownInterfaces, productInterfaces } from "../src/KnownWorld.ts"
import { worldText } from "./support/WorldText.ts"

const product = worldText(new URL("fixtures/product-world/", import.meta.url))
const host = worldText(new URL("../wit/", import.meta.url))

const withoutImports = (names: ReadonlySet<string>, world: Readonly<Record<string, string>> | undefined) =>
  Object.fromEntries(Object.entries(world ?? {}).filter(([name]) => !names.has(name)))

describe("The product's world", () => {
  it("has every kind of definition in its golden copy", () => {
    assert.deepEqual(
      product["interface types"]?.["record storage-entry"],
      "namespace: string, key: string, value: list<u8>, revision: option<u64>"
    )
    assert.deepEqual(product["interface types"]?.["enum user-error"], "not-available, not-allowed")
    assert.deepEqual(product["interface clients"], {
      ...{ "use client-summary": "types", "use clients-list-input": "types", "use clients-list-result": "types" },
      "use client-read-error": "types",
      "list-clients": "func(input: clients-list-input) -> result<clients-list-result, client-read-error>",
      "get-client": "func(client-id: string) -> result<option<client-summary>, client-read-error>"
    })
    assert.strictEqual(Object.keys(product["interface types"] ?? {}).length, 36)
  })

  it.each(Object.entries(product))("is here, definition by definition and field by field: %s", (name, definitions) => {
    const own = new Set(ownInterfaces.map((one) => `import ${one}`))
    assert.deepEqual(name === "world runner" ? withoutImports(own, host[name]) : host[name], definitions)
  })

  it("is all there is here, beside the interfaces that are named as ours", () => {
    const ours = ownInterfaces.map((name) => `interface ${name}`)
    assert.sameMembers(Object.keys(host), [...Object.keys(product), ...ours])
    assert.sameMembers(
      productInterfaces.map((name) => `interface ${name}`),
      Object.keys(product).filter((name) => name.startsWith("interface "))
    )
    assert.sameMembers([...productInterfaces, ...ownInterfaces], [...knownInterfaces])
  })
})
