import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Schema } from "effect"
import {
  DeclaredCapabilities,
  decodeManifest,
  manifestDecoder,
  manifestField,
  PublishedManifest,
  ShownManifest
} from "../src/Manifest.ts"

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

const endpointsOf = (...changes: ReadonlyArray<object>) => ({
  api: { endpoints: changes.map((change) => ({ ...manifest.api.endpoints[0], ...change })) }
})

const problemOf = <A>(schema: Schema.Decoder<A>, change: object) =>
  Effect.map(Effect.flip(manifestDecoder(schema)({ ...manifest, ...change })), ({ message }) => message)

const takes = <A>(schema: Schema.Decoder<A>, change: object) =>
  Effect.map(Effect.exit(manifestDecoder(schema)({ ...manifest, ...change })), Exit.isSuccess)

describe("ShownManifest", () => {
  it.effect("shows page and endpoints in any form, or none", () =>
    Effect.gen(function* () {
      const decode = manifestDecoder(ShownManifest)
      const odd = endpointsOf({ method: "get", path: "a b", handler: null })
      assert.deepEqual((yield* decode({ ...manifest, ...odd })).api, { endpoints: [{ method: "get", path: "a b" }] })
      assert.deepEqual((yield* decode({ ...manifest, ui: { entry: "x" } })).ui, { entry: "x" })
      for (const nothing of [null, undefined]) {
        const { api, ui } = yield* decode({ ...manifest, api: nothing, ui: nothing })
        assert.deepEqual([api ?? null, ui ?? null], [null, null])
      }
      assert.strictEqual((yield* decode({ ...manifest, ...endpointsOf(...Array(257)) })).api?.endpoints.length, 257)
    })
  )

  it.effect.each([
    [{ ui: 5 }, 'manifest.json ui must be an object such as {"type": "iframe", "entry": "ui/index.html"}'],
    [{ ui: {} }, 'manifest.json ui.entry is missing: it must be a file of the page such as "ui/index.html"'],
    [{ api: 5 }, 'manifest.json api must be an object such as {"endpoints": []}'],
    [
      { api: { endpoints: 5 } },
      'manifest.json api.endpoints must be a list such as [{"method": "GET", "path": "/api/clients", "handler": "dist/main"}]'
    ],
    [
      { api: { endpoints: [5] } },
      'manifest.json api.endpoints[0] must be an object such as {"method": "GET", "path": "/", "handler": "dist/main"}'
    ],
    [endpointsOf({ method: " " }), "manifest.json api.endpoints[0].method must be a method such as GET"],
    [endpointsOf({ path: "" }), 'manifest.json api.endpoints[0].path must be a path such as "/api/clients/:id"']
  ] as const)("of %j says: %s", ([change, message]) =>
    Effect.gen(function* () {
      assert.strictEqual(yield* problemOf(ShownManifest, change), message)
    })
  )
})

describe("PublishedManifest", () => {
  it.effect.each([
    { version: "1" },
    { version: "2026.1-beta+5" },
    { runtime: "wasm-js@2" },
    { ui: { type: "iframe", entry: "index.html" } },
    { api: { endpoints: [] } },
    endpointsOf({ method: "FETCH" }),
    endpointsOf({ handler: "dist/handlers/clients" }),
    endpointsOf(...Array(256))
  ])("takes %j", (change) =>
    Effect.gen(function* () {
      assert.isTrue(yield* takes(PublishedManifest, change))
    })
  )

  it.effect.each([
    [{ version: "1.0.0 " }, "manifest.json version must be a version such as 1.0.0"],
    [{ runtime: "" }, "manifest.json runtime must be a runtime such as wasm-js@1"],
    [{ ui: { type: "page", entry: "index.html" } }, 'manifest.json ui.type must be "iframe"'],
    [{ ui: { ...manifest.ui, hooks: 5 } }, "manifest.json ui.hooks must be an object of hooks by their names"],
    [{ ui: null }, 'manifest.json ui must be an object such as {"type": "iframe", "entry": "ui/index.html"}'],
    [{ api: null }, 'manifest.json api must be an object such as {"endpoints": []}'],
    [endpointsOf({ method: "get" }), "manifest.json api.endpoints[0].method must be a method such as GET"],
    [endpointsOf({ path: "a" }), 'manifest.json api.endpoints[0].path must be a path such as "/api/clients/:id"'],
    [endpointsOf({ path: "/a?b" }), 'manifest.json api.endpoints[0].path must be a path such as "/api/clients/:id"'],
    [endpointsOf({ handler: "" }), 'manifest.json api.endpoints[0].handler must be a handler such as "dist/main"'],
    [endpointsOf(...Array(257)), "manifest.json api.endpoints must have at most 256 endpoints"]
  ] as const)("of %j says: %s", ([change, message]) =>
    Effect.gen(function* () {
      assert.strictEqual(yield* problemOf(PublishedManifest, change), message)
    })
  )
})
