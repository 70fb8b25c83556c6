import { copyFile, mkdir, readdir, readFile, utimes, writeFile } from "node:fs/promises"
import { basename, join } from "node:path"
import { text } from "node:stream/consumers"
import { zstdDecompressSync } from "node:zlib"
import { loadComponent } from "@alga-psa/ext-extension-sdk/instantiate"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { extract } from "tar-stream"
import { buildExtension } from "../src/BuildExtension.ts"
import { readExtension } from "../src/Extension.ts"
import { publishBuild } from "../src/PublishBuild.ts"
import { extensionFolder, manifest, shell } from "./support/ExtensionFolder.ts"

const handler =
  'import { defineHandler, jsonResponse } from "@alga-psa/ext-extension-sdk"\nexport const handle = defineHandler(async (_, host) => jsonResponse(await host.clients.list()))\n'
const declares = (...capabilities: ReadonlyArray<string>) => JSON.stringify({ ...manifest, capabilities })
const whole = {
  "manifest.json": JSON.stringify({
    ...manifest,
    capabilities: ["cap:client.read"],
    ui: { type: "iframe", entry: "ui/index.html" }
  }),
  "src/handler.ts": handler,
  "ui/index.html": "<!doctype html><title>Clients</title>"
}

const problemsOf = Effect.fnUntraced(function* (files: Readonly<Record<string, string | null>>) {
  const folder = yield* extensionFolder(files)
  const { message } = yield* Effect.flip(buildExtension({ folder }))
  return message.split("\n")
})

describe("buildExtension", () => {
  it.live(
    "packs the same bytes in another folder and at another time, and others for another page or manifest of the same length",
    () =>
      Effect.gen(function* () {
        const first = yield* extensionFolder(whole)
        const built = yield* buildExtension({ folder: first })
        assert.isTrue((yield* buildExtension({ folder: first })).reused)

        const second = yield* extensionFolder({ ...whole, "src/component.ts": null })
        yield* Effect.promise(async () => {
          await copyFile(built.componentFile, join(second, "made.wasm"))
          for (const name of ["manifest.json", "ui/index.html", "made.wasm"]) await utimes(join(second, name), 1, 1)
        })
        const again = yield* buildExtension({ folder: second, component: "made.wasm" })
        const bytes = yield* Effect.promise(() =>
          Promise.all([built, again].map(({ bundleFile }) => readFile(bundleFile, "hex")))
        )
        assert.isTrue(bytes[0] === bytes[1])
        assert.deepEqual([again.contentHash, again.reused], [built.contentHash, false])

        const edits = {
          "manifest.json": whole["manifest.json"].replace('"1.0.0"', '"1.0.1"'),
          "ui/index.html": whole["ui/index.html"].replace("Clients", "clients")
        }
        const seen = new Map([[again.folder, again.contentHash]])
        for (const [name, text] of Object.entries(edits)) {
          yield* Effect.promise(async () => {
            for (const [usual, kept] of Object.entries(whole)) await writeFile(join(second, usual), kept)
            assert.strictEqual(text.length, (await readFile(join(second, name), "utf8")).length)
            await writeFile(join(second, name), text)
          })
          const edited = yield* buildExtension({ folder: second, component: "made.wasm" })
          assert.isFalse(edited.reused, name)
          seen.set(edited.folder, edited.contentHash)
        }
        assert.strictEqual(seen.size, 3)
        assert.strictEqual(new Set(seen.values()).size, 3)
      })
  )

  it.live("reads a manifest behind a byte order mark, which an editor put there", () =>
    Effect.gen(function* () {
      const folder = yield* extensionFolder({ "manifest.json": `\uFEFF${declares("cap:client.read")}` })
      const { findings, manifest: read } = yield* readExtension(folder)
      assert.deepEqual([read.capabilities, findings], [["cap:client.read"], []])
    })
  )

  it.live("publishes what a host and an author look for, and a component that answers", () =>
    Effect.gen(function* () {
      const folder = yield* extensionFolder(whole)
      const built = yield* buildExtension({ folder })
      const dist = join(folder, "dist")
      yield* Effect.promise(async () => {
        await mkdir(join(dist, "builds", `${built.engine}-older`))
        // As another process writes a build at this moment, and one that was ended long ago.
        for (const draft of ["writing", "ended"]) await mkdir(`${built.folder}.${draft}`)
        await utimes(`${built.folder}.ended`, 1, 1)
        await publishBuild(built, dist, { bundle: true })
        assert.deepEqual((await readdir(dist)).sort(), [
          "builds",
          "bundle.tar.zst",
          "component.json",
          "main.wasm",
          "manifest.json",
          "ui"
        ])
        const kept = [built.folder, `${built.folder}.writing`].map((path) => basename(path))
        assert.deepEqual((await readdir(join(dist, "builds"))).sort(), kept)
        const names: Array<string> = []
        const reader = extract()
        reader.end(zstdDecompressSync(await readFile(join(dist, "bundle.tar.zst"))))
        for await (const entry of reader) names.push(`${entry.header.name} ${(await text(entry)).length > 0}`)
        assert.deepEqual(
          names,
          ["dist/component.json", "dist/main.wasm", "manifest.json", "ui/index.html"].map((name) => `${name} true`)
        )
        const instantiate = await loadComponent(join(dist, "main.wasm"))
        const page = { items: [], totalCount: 0, page: 1, pageSize: 25 }
        const { status } = instantiate({ clients: { listClients: () => page } }).handler({
          context: {
            tenantId: "t",
            extensionId: "e",
            requestId: undefined,
            installId: undefined,
            versionId: undefined
          },
          http: { method: "GET", url: "/", headers: [], body: undefined }
        })
        assert.strictEqual(status, 200)
      })
    })
  )
})

describe("an extension that is wrong", () => {
  it.live("says what of the manifest, each rule with its place", () =>
    Effect.gen(function* () {
      assert.deepEqual(yield* problemsOf({ "manifest.json": JSON.stringify({ ...manifest, name: "X", version: 1 }) }), [
        'manifest.json name: "X" is not right: it must be a reverse-domain name in lower case such as "com.example.my-extension"',
        'manifest.json version: 1 is not right: it must be a semantic version such as "1.0.0"'
      ])
      const [missing] = yield* problemsOf({ "manifest.json": null })
      assert.match(missing ?? "", /^manifest\.json: is not there: write it in /)
    })
  )

  it.live("names capabilities that are missing, unused or unknown, all at once", () =>
    Effect.gen(function* () {
      assert.deepEqual(
        yield* problemsOf({ ...whole, "manifest.json": declares("cap:storage.kv", "cap:clints.read") }),
        [
          'manifest.json capabilities[0]: "cap:storage.kv" is declared but unused: remove it, since nothing in the component uses host.storage',
          'manifest.json capabilities[1]: "cap:clints.read" is not a capability: did you mean "cap:client.read"?',
          'manifest.json capabilities: "cap:client.read" is missing: add it, since src/handler.ts:2:75 uses host.clients'
        ]
      )
    })
  )

  it.live("says why a component that was made elsewhere is refused", () =>
    Effect.gen(function* () {
      const folder = yield* extensionFolder({ ...whole, "broken.wasm": "no component" })
      const messages = yield* Effect.forEach(["broken.wasm", "none.wasm"], (component) =>
        Effect.map(Effect.flip(buildExtension({ folder, component })), ({ message }) => message)
      )
      assert.match(messages[0] ?? "", /^broken\.wasm: .*: build it with a component toolchain/)
      assert.match(messages[1] ?? "", /^none\.wasm: is not there/)
    })
  )

  it.live("may be built for a trial, with what is wrong as notes", () =>
    Effect.gen(function* () {
      const odd = { ...manifest, capabilities: ["cap:storage.kv"], capabilites: [] }
      const folder = yield* extensionFolder({
        ...whole,
        "manifest.json": JSON.stringify(odd),
        "src/component.ts": shell
      })
      const { notes } = yield* buildExtension({ folder, strict: false })
      assert.deepEqual(
        notes.map((note) => note.split(": ").slice(0, 2).join(": ")),
        [
          "manifest.json capabilites: is not read",
          "manifest.json ui: names no page, so nobody can open the one in ui",
          'manifest.json capabilities[0]: "cap:storage.kv" is declared but unused',
          'manifest.json capabilities: "cap:client.read" is missing'
        ]
      )
    })
  )
})
