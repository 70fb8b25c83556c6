import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { DeclaredCapabilities, decodeManifest, manifestDecoder, manifestField } from "../src/Manifest.ts"

const manifest = {
  name: "com.example.clients",
  publisher: "Example",
  version: "1.2.0-beta.1",
  runtime: "wasm-js@1",
  capabilities: ["cap:client.read"],
  ui: { type: "iframe", entry: "ui/index.html", hooks: { appMenu: { label: "Clients" } } },
  api: { endpoints: [{ method: "GET", path: "/api/clients/:id", handler: "dist/main" }] }
}

describe("decodeManifest", () => {
  it.effect("takes what a host needs and no more, whatever else is written", () =>
    Effect.gen(function* () {
      const { api: _, runtime: ___, ui: __, ...needed } = { ...manifest, name: "Clients", version: "1" }
      const written = { ...needed, api: 5, assets: ["ui/**"] }
      assert.deepEqual(yield* decodeManifest(written), needed as never)
    })
  )

  it.effect("takes any runtime, any name of a capability, and no list as an empty one", () =>
    Effect.gen(function* () {
      for (const runtime of [" wasm-js@1", "wasm32-wasi@2", "", 5, null, undefined]) {
        assert.deepEqual((yield* decodeManifest({ ...manifest, runtime })).capabilities, ["cap:client.read"])
      }
      const names = ["http.fetch", "cap:made.up"]
      assert.deepEqual((yield* decodeManifest({ ...manifest, capabilities: names })).capabilities, names)
      const { capabilities: _, ...bare } = manifest
      for (const without of [bare, { ...bare, capabilities: null }, { ...bare, capabilities: undefined }]) {
        assert.deepEqual((yield* decodeManifest(without)).capabilities, [])
      }
    })
  )

  it.effect.each([
    [[], "manifest.json must be a JSON object"],
    [{ ...manifest, name: " " }, "manifest.json name must be a name"],
    [{ ...manifest, name: 5 }, "manifest.json name must be a name"],
    [{ ...manifest, version: "" }, "manifest.json version must be a version"],
    [{ ...manifest, version: undefined }, "manifest.json version must be a version"],
    [
      { ...manifest, capabilities: ["a", 5] },
      "manifest.json capabilities[1] must be the name of a capability in quotes"
    ]
  ] as const)("of %j says: %s", ([value, message]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(decodeManifest(value))
      assert.deepEqual([error._tag, error.message], ["ManifestInvalid", message])
    })
  )

  it.effect("names every field that is missing, and what it must be", () =>
    Effect.gen(function* () {
      const { problems } = yield* Effect.flip(decodeManifest({}))
      assert.deepEqual(
        problems.map(({ message, path }) => `${path} ${message}`),
        [
          "name is missing: it must be a name",
          "publisher is missing: it must be the name of who publishes the extension",
          "version is missing: it must be a version"
        ]
      )
    })
  )

  it.effect("says in one line what is wrong", () =>
    Effect.gen(function* () {
      const wrong = { ...manifest, publisher: "", capabilities: "none" }
      const { message } = yield* Effect.flip(decodeManifest(wrong))
      assert.strictEqual(
        message,
        'manifest.json publisher must be the name of who publishes the extension; manifest.json capabilities must be a list of capabilities such as ["cap:client.read"]'
      )
    })
  )

  it.effect("says what a field must be whatever its type, and tells the same to who describes it", () =>
    Effect.gen(function* () {
      const schema = Schema.Struct({
        flag: manifestField(Schema.Boolean, "must be true or false"),
        list: DeclaredCapabilities
      })
      const { message } = yield* Effect.flip(manifestDecoder(schema)({ flag: "x", list: 5 }))
      assert.strictEqual(
        message,
        'manifest.json flag must be true or false; manifest.json list must be a list of capabilities such as ["cap:client.read"]'
      )
      assert.include(JSON.stringify(Schema.toJsonSchemaDocument(schema)), '"description":"must be true or false"')
    })
  )

  it.effect("names a place within a field by its path", () =>
    Effect.gen(function* () {
      const decode = manifestDecoder(Schema.Struct({ api: Schema.Struct({ endpoints: Schema.Array(Schema.Int) }) }))
      const { problems } = yield* Effect.flip(decode({ api: { endpoints: [1, "x"] } }))
      assert.strictEqual(problems[0]?.path, "api.endpoints[1]")
    })
  )
})
