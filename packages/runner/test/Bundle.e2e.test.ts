import { zstdCompressSync } from "node:zlib"
import { type Archives, archiveBounds, layerArchives } from "@alga-psa/ext-adapters-wit"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as Bundle from "../src/Bundle.ts"
import { manifest, pack, sha256 } from "../testing/Archive.ts"

const files = (change: Record<string, string | undefined> = {}) => ({
  "manifest.json": JSON.stringify(manifest),
  "dist/main.wasm": "component",
  ...change
})

const refusal = (archive: Uint8Array, hash = sha256(archive)): Effect.Effect<string, Bundle.Bundle, Archives> =>
  Effect.map(Effect.flip(Bundle.open(archive, hash)), ({ _tag, message }) => `${_tag}: ${message}`)

layer(layerArchives(), { excludeTestServices: true, timeout: "60 seconds" })("Bundle", (it) => {
  it.effect("gives the manifest and the component", () =>
    Effect.gen(function* () {
      const archive = yield* Effect.promise(() => pack({ ...files(), "ui/index.html": "<p>", "../escape": "x" }))
      const bundle = yield* Bundle.open(archive, sha256(archive))
      const { runtime: _, ...reliedOn } = manifest
      assert.deepStrictEqual(bundle.manifest, reliedOn as Bundle.Bundle["manifest"])
      assert.strictEqual(Buffer.from(bundle.component).toString(), "component")
    })
  )

  it.effect("gives the files of a page with their hashes", () =>
    Effect.gen(function* () {
      const archive = yield* Effect.promise(() => pack({ ...files(), "ui/index.html": "<p>", "ui/a/b.js": "" }))
      const page = yield* Bundle.openUi(archive, sha256(archive))
      assert.deepStrictEqual([...page.keys()], ["index.html", "a/b.js"])
      const index = page.get("index.html")
      assert.strictEqual(index?.sha256, sha256(Buffer.from("<p>")))
      assert.strictEqual(Buffer.from(index?.bytes ?? []).toString(), "<p>")
    })
  )

  it.effect("checks the hash before it unpacks", () =>
    Effect.gen(function* () {
      const message = yield* refusal(new Uint8Array([1, 2, 3]), "00".repeat(32))
      assert.strictEqual(message, "BundleMismatch: the archive's bytes do not have this content hash")
    })
  )

  it.effect("checks the hash before it unpacks a page", () =>
    Effect.gen(function* () {
      const archive = yield* Effect.promise(() => pack({ ...files(), "ui/index.html": "<p>" }))
      for (const bytes of [archive, new Uint8Array([1, 2, 3])]) {
        assert.instanceOf(yield* Effect.flip(Bundle.openUi(bytes, "00".repeat(32))), Bundle.BundleMismatch)
      }
    })
  )

  it.effect("refuses what is no archive, and one that expands beyond its bound", () =>
    Effect.gen(function* () {
      assert.match(yield* refusal(new Uint8Array([1, 2, 3])), /^ArchiveRefused: the archive is not compressed by zstd/)
      const bomb = zstdCompressSync(Buffer.alloc(archiveBounds.unpackedBytes + 1))
      assert.match(yield* refusal(bomb), /^ArchiveRefused: the archive unpacks to more than 134217728 bytes/)
    })
  )

  it.effect("refuses an archive of too many files", () =>
    Effect.gen(function* () {
      const many = Object.fromEntries(Array.from({ length: archiveBounds.files }, (_, i) => [`ui/${i}`, ""]))
      const archive = yield* Effect.promise(() => pack({ ...many, ...files() }))
      assert.strictEqual(yield* refusal(archive), "ArchiveRefused: the archive has more than 2000 files")
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
          { "manifest.json": JSON.stringify({ ...manifest, publisher: "" }) },
          "manifest.json publisher must be the name of who publishes the extension"
        ]
      ] as const
      for (const [change, expected] of cases) {
        const archive = yield* Effect.promise(() => pack(files(change)))
        assert.strictEqual(yield* refusal(archive), `ArchiveRefused: ${expected}`)
      }
    })
  )

  it.effect("says what is wrong with many capabilities in 300 characters", () =>
    Effect.gen(function* () {
      const capabilities = Array.from({ length: 256 }, (_, i) => i)
      const archive = yield* Effect.promise(() =>
        pack(files({ "manifest.json": JSON.stringify({ ...manifest, capabilities }) }))
      )
      const message = yield* refusal(archive)
      assert.match(message, /capabilities\[0\] must be the name of a capability/)
      assert.isAtMost(message.length, 300 + "ArchiveRefused: ".length)
    })
  )
})
