import { decodeManifest, manifestDecoder, PublishedManifest, ShownManifest } from "@alga-psa/ext-domain"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Schema } from "effect"
import { AuthoredManifest, manifestFields, parseAuthoredManifest } from "../src/AuthoredManifest.ts"

const manifest = {
  name: "com.example.clients",
  publisher: "Example",
  version: "1.2.0-beta.1",
  runtime: "wasm-js@1",
  capabilities: ["cap:client.read"],
  ui: { type: "iframe", entry: "ui/index.html", hooks: { appMenu: { label: "Clients" } } },
  api: { endpoints: [{ method: "GET", path: "/api/clients/:id", handler: "dist/main" }] }
}

const problemsOf = (json: string) =>
  Effect.map(Effect.flip(parseAuthoredManifest(json)), ({ problems }) =>
    problems.map(({ message, path }) => `${path} ${message}`)
  )

describe("parseAuthoredManifest", () => {
  it.effect("takes a whole manifest, and one without page, endpoints and capabilities", () =>
    Effect.gen(function* () {
      assert.deepEqual(yield* parseAuthoredManifest(JSON.stringify(manifest)), manifest as never)
      const { api: _, ui: __, ...bare } = { ...manifest, capabilities: [] }
      assert.deepEqual(yield* parseAuthoredManifest(JSON.stringify(bare)), bare as never)
      assert.deepEqual(yield* parseAuthoredManifest(`\uFEFF${JSON.stringify(bare)}`), bare as never)
    })
  )

  it.effect("passes over a byte order mark before the manifest alone", () =>
    Effect.gen(function* () {
      const publisher = "Ex\uFEFFample"
      const { publisher: read } = yield* parseAuthoredManifest(JSON.stringify({ ...manifest, publisher }))
      assert.strictEqual(read, publisher)
    })
  )

  it("knows the fields of each object", () => {
    assert.deepEqual(manifestFields, {
      "": ["$schema", "name", "publisher", "version", "runtime", "capabilities", "ui", "api"],
      ui: ["type", "entry", "hooks"],
      api: ["endpoints"],
      "api.endpoints[]": ["method", "path", "handler"]
    })
  })

  it.effect("names every field that is missing, and what it must be", () =>
    Effect.gen(function* () {
      assert.deepEqual(yield* problemsOf("{}"), [
        'name is missing: it must be a reverse-domain name in lower case such as "com.example.my-extension"',
        "publisher is missing: it must be the name of who publishes the extension",
        'version is missing: it must be a semantic version such as "1.0.0"',
        'runtime is missing: it must be "wasm-js@1"',
        'capabilities is missing: it must be a list of capabilities such as ["cap:client.read"]'
      ])
    })
  )

  it.effect.each([
    [{ name: "Clients" }, 'name must be a reverse-domain name in lower case such as "com.example.my-extension"'],
    [{ $schema: 5 }, '$schema must be the address of a schema such as "./manifest.schema.json"'],
    [{ name: 5 }, 'name must be a reverse-domain name in lower case such as "com.example.my-extension"'],
    [{ publisher: " " }, "publisher must be the name of who publishes the extension"],
    [{ version: "1.2" }, 'version must be a semantic version such as "1.0.0"'],
    [{ runtime: "wasm-js@2" }, 'runtime must be "wasm-js@1"'],
    [{ capabilities: "cap:client.read" }, 'capabilities must be a list of capabilities such as ["cap:client.read"]'],
    [{ capabilities: ["cap:client.read", 5] }, "capabilities[1] must be the name of a capability in quotes"],
    [{ ui: { type: "page", entry: "ui/index.html" } }, 'ui.type must be "iframe"'],
    [{ ui: { type: "iframe", entry: "../a" } }, 'ui.entry must be a file of the page such as "ui/index.html"'],
    [{ ui: { type: "iframe", entry: "ui/../a" } }, 'ui.entry must be a file of the page such as "ui/index.html"'],
    [{ ui: { type: "iframe" } }, 'ui.entry is missing: it must be a file of the page such as "ui/index.html"'],
    [
      { api: { endpoints: [...manifest.api.endpoints, { method: "FETCH", path: "/", handler: "dist/main" }] } },
      "api.endpoints[1].method must be one of GET, POST, PUT, PATCH, DELETE"
    ],
    [
      { api: { endpoints: [{ method: "GET", path: "clients", handler: "dist/main" }] } },
      'api.endpoints[0].path must be a path such as "/api/clients/:id"'
    ],
    [
      { api: { endpoints: [{ method: "GET", path: "/" }] } },
      'api.endpoints[0].handler is missing: it must be a handler such as "dist/main"'
    ],
    [
      { api: { endpoints: [{ ...manifest.api.endpoints[0], handler: "" }] } },
      'api.endpoints[0].handler must be a handler such as "dist/main"'
    ],
    [
      { api: { endpoints: [5] } },
      'api.endpoints[0] must be an object such as {"method": "GET", "path": "/", "handler": "dist/main"}'
    ],
    [
      { api: { endpoints: 5 } },
      'api.endpoints must be a list such as [{"method": "GET", "path": "/api/clients", "handler": "dist/main"}]'
    ],
    [
      { api: { endpoints: Array(257).fill(manifest.api.endpoints[0]) } },
      "api.endpoints must have at most 256 endpoints"
    ],
    [{ api: 5 }, 'api must be an object such as {"endpoints": []}'],
    [{ ui: 5 }, 'ui must be an object such as {"type": "iframe", "entry": "ui/index.html"}'],
    [{ ui: { ...manifest.ui, hooks: 5 } }, "ui.hooks must be an object of hooks by their names"]
  ] as const)("of %j says: %s", ([wrong, problem]) =>
    Effect.gen(function* () {
      assert.deepEqual(yield* problemsOf(JSON.stringify({ ...manifest, ...wrong })), [problem])
    })
  )

  const written = {
    name: (name: string) => ({ name }),
    version: (version: string) => ({ version }),
    path: (path: string) => ({ api: { endpoints: [{ method: "GET", path, handler: "dist/main" }] } }),
    handler: (handler: string) => ({ api: { endpoints: [{ method: "GET", path: "/", handler }] } }),
    entry: (entry: string) => ({ ui: { type: "iframe", entry } })
  }

  it.effect.each([
    ["name", ["a.b", "com.example.clients-2", "0.1"], ["a", "!com.example", "com.example!", "com..example", "com.-a"]],
    [
      "version",
      ["0.0.0", "10.20.30", "1.0.0-rc.1", "1.0.0+build.5", "1.0.0-rc.1+5"],
      ["v1.0.0", "1.0", "1.0.0 ", "1.0.0-", "1.0.0+", "1.0.0+%"]
    ],
    ["path", ["/", "/api/clients/:id", "/a/"], ["", "api", "a/b", "/a b", "/a?b", "/a#b"]],
    ["handler", ["dist/main", "dist/handlers/clients"], ["", " "]],
    [
      "entry",
      ["ui/index.html", "ui/a/b.html", "ui/.well-known/a"],
      ["ui/", "index.html", "a-ui/index.html", "ui/a\\b", "ui/./a", "ui/a/..", "ui/a/.", "ui/a/../b"]
    ]
  ] as const)("takes as %s the one kind of text and not the other", ([field, taken, refused]) =>
    Effect.gen(function* () {
      const read = (text: string) => parseAuthoredManifest(JSON.stringify({ ...manifest, ...written[field](text) }))
      for (const text of taken) assert.isTrue(Exit.isSuccess(yield* Effect.exit(read(text))), text)
      for (const text of refused) assert.isTrue(Exit.isFailure(yield* Effect.exit(read(text))), text)
    })
  )

  it.effect("says where a text stops being JSON, and what a value that is no object must be", () =>
    Effect.gen(function* () {
      const [broken] = yield* problemsOf('{\n  "name": "a",\n}')
      assert.match(broken ?? "", /^ is not JSON: .*line 3/)
      const [shown] = yield* problemsOf("[\n  x")
      assert.match(shown ?? "", /"\[ x" is/)
      assert.deepEqual(yield* problemsOf("[]"), [" must be a JSON object"])
    })
  )

  it.effect.prop(
    "takes nothing that the registry, a reviewer or a host refuses",
    { authored: AuthoredManifest },
    ({ authored }) =>
      Effect.gen(function* () {
        const written = Schema.encodeSync(AuthoredManifest)(authored)
        yield* manifestDecoder(PublishedManifest)(written)
        yield* manifestDecoder(ShownManifest)(written)
        yield* decodeManifest(written)
      })
  )
})
