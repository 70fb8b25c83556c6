import { zstdCompressSync } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Bundle from "../src/Bundle.ts"
import { manifest, pack, sha256 } from "./support/Archive.ts"

const files = (change: Record<string, string | undefined> = {}) => ({
  "manifest.json": JSON.stringify(manifest),
  "dist/main.wasm": "component",
  ...change
})

const refusal = (archive: Uint8Array, hash = sha256(archive)) =>
  Effect.map(Effect.flip(Bundle.open(archive, hash)), (error) => error.message)

describe("Bundle", () => {
  it.effect("gives the manifest and the component", () =>
    Effect.gen(function* () {
      const archive = yield* Effect.promise(() => pack({ ...files(), "ui/index.html": "<p>", "../escape": "x" }))
      const bundle = yield* Bundle.open(archive, sha256(archive))
      assert.deepStrictEqual(bundle.manifest, manifest as Bundle.Bundle["manifest"])
      assert.strictEqual(Buffer.from(bundle.component).toString(), "component")
    })
  )

  it.effect("checks the hash before it unpacks", () =>
    Effect.gen(function* () {
      const message = yield* refusal(new Uint8Array([1, 2, 3]), "00".repeat(32))
      assert.strictEqual(message, "the archive's bytes do not have this content hash")
    })
  )

  it.effect("refuses what is no archive, and one that expands beyond its bound", () =>
    Effect.gen(function* () {
      const expected = "the archive is not a readable bundle.tar.zst"
      assert.strictEqual(yield* refusal(new Uint8Array([1, 2, 3])), expected)
      assert.strictEqual(yield* refusal(zstdCompressSync(Buffer.alloc(Bundle.unpacked.bytes + 1))), expected)
    })
  )

  it.effect("refuses an archive of too many files", () =>
    Effect.gen(function* () {
      const many = Object.fromEntries(Array.from({ length: Bundle.unpacked.files }, (_, i) => [`ui/${i}`, ""]))
      const archive = yield* Effect.promise(() => pack({ ...many, ...files() }))
      assert.strictEqual(yield* refusal(archive), "the archive is not a readable bundle.tar.zst")
    })
  )

  it.effect("says which file is missing or wrong", () =>
    Effect.gen(function* () {
      const cases = [
        [{ "manifest.json": undefined }, "the archive has no manifest.json"],
        [{ "dist/main.wasm": undefined }, "the archive has no dist/main.wasm"],
        [
          { "manifest.json": "{" },
          "manifest.json is not JSON: Expected property name or '}' in JSON at position 1 (line 1 column 2)"
        ],
        [
          { "manifest.json": JSON.stringify({ ...manifest, runtime: "node" }) },
          'manifest.json runtime must be "wasm-js@1"'
        ]
      ] as const
      for (const [change, expected] of cases) {
        assert.strictEqual(yield* refusal(yield* Effect.promise(() => pack(files(change)))), expected)
      }
    })
  )
})
