import { createHash } from "node:crypto"
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { text } from "node:stream/consumers"
import { zstdDecompressSync } from "node:zlib"
import { productInterfaces } from "@alga-psa/ext-adapters-wit/KnownWorld"
import { importsOf } from "@alga-psa/ext-extension-sdk/build"
import { loadComponent, type WorldImports } from "@alga-psa/ext-extension-sdk/instantiate"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Scope } from "effect"
import { extract } from "tar-stream"
import { afterAll, beforeAll, beforeEach, vi } from "vitest"
import { type BuiltExtension, buildExtension } from "../src/BuildExtension.ts"
import { readExtension } from "../src/Extension.ts"
import { namedInterfaces } from "../src/NamedInterfaces.ts"
import { publishBuild } from "../src/PublishBuild.ts"
import { extensionFolder, manifest, shell } from "./support/ExtensionFolder.ts"

const handlerOf = (answer: string) =>
  `import { defineHandler, jsonResponse } from "@alga-psa/ext-extension-sdk"\nexport const handle = defineHandler(async (_, host) => jsonResponse(await ${answer}))\n`
const declares = (...capabilities: ReadonlyArray<string>) => JSON.stringify({ ...manifest, capabilities })
const whole = {
  "manifest.json": JSON.stringify({
    ...manifest,
    capabilities: ["cap:client.read"],
    ui: { type: "iframe", entry: "ui/index.html" }
  }),
  "src/handler.ts": handlerOf("host.clientsV2.getMany(['a'])"),
  "ui/index.html": "<!doctype html><title>Clients</title>"
}

const problemsOf = Effect.fnUntraced(function* (files: Readonly<Record<string, string | null>>) {
  const folder = yield* extensionFolder(files)
  const { message } = yield* Effect.flip(buildExtension({ folder }))
  return message.split("\n")
})

/** What a component imports, as its bytes say. */
const importsIn = async (file: string) =>
  (await importsOf(await readFile(file))).map((name) => name.replace("alga:extension/", "")).sort()

/** What a component answers, as JSON. */
const answerOf = async (file: string, imports: WorldImports) => {
  const context = { tenantId: "t", extensionId: "e", requestId: undefined, installId: undefined, versionId: undefined }
  const { handler } = (await loadComponent(file))({ logging: { logError: () => {} }, ...imports })
  const { body, status } = handler({ context, http: { method: "GET", url: "/", headers: [], body: undefined } })
  return [status, JSON.parse(new TextDecoder().decode(body ?? new Uint8Array()))]
}

const scope = Scope.makeUnsafe()
let kept: string
let folder: string
let builders: ReadonlyArray<BuiltExtension>
let built: BuiltExtension

// Two of the same source are as long, and not the same bytes: nothing is kept here before two builders make one each.
const keep = () => vi.stubEnv("ALGA_KEPT_COMPONENTS", kept)
beforeAll(async () => {
  kept = await mkdtemp(join(tmpdir(), "alga-kept-"))
  keep()
  folder = await Effect.runPromise(Scope.provide(extensionFolder(whole), scope))
  builders = await Promise.all([1, 2].map(() => Effect.runPromise(buildExtension({ folder }))))
  built = builders[0] as BuiltExtension
})
beforeEach(keep)
afterAll(async () => {
  vi.unstubAllEnvs()
  await Effect.runPromise(Scope.close(scope, Exit.void))
  await rm(kept, { recursive: true, force: true })
})

describe("buildExtension", () => {
  it.live("gives several builders at once the same bytes, and finds what is built already", () =>
    Effect.gen(function* () {
      const again = yield* buildExtension({ folder })
      assert.isTrue(again.reused)
      for (const { bundleFile, contentHash } of builders)
        assert.deepEqual([bundleFile, contentHash], [again.bundleFile, again.contentHash])
      const hash = createHash("sha256").update(yield* Effect.promise(() => readFile(again.bundleFile)))
      assert.strictEqual(again.contentHash, `sha256:${hash.digest("hex")}`)
    })
  )

  it.live(
    "packs the same bytes in another folder and at another time, and others for another page or manifest of the same length",
    () =>
      Effect.gen(function* () {
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
        assert.deepEqual(await importsIn(join(dist, "main.wasm")), [...built.interfaces, "types"].sort())
        assert.deepEqual(built.interfaces, ["clients-v2", "logging"])
        const client = { clientId: "a", clientName: "A", isInactive: false, tags: ["vip"] }
        const [status, found] = await answerOf(join(dist, "main.wasm"), {
          "clients-v2": { getClients: () => [client, undefined] }
        })
        assert.strictEqual(status, 200)
        assert.deepInclude(found[0], client)
        assert.isNull(found[1])
      })
    })
  )

  it.live("imports the product's whole world where the code may use any, and says so", () =>
    Effect.gen(function* () {
      const folder = yield* extensionFolder({ "src/handler.ts": handlerOf("(host as any).clients.list()") })
      const { componentFile, notes } = yield* buildExtension({ folder })
      assert.match(
        notes[0] ?? "",
        /^src\/handler\.ts:2:\d+: the host loses its type here: let types follow the host, or the component imports the product's whole world$/
      )
      const page = { items: [], totalCount: 0, page: 1, pageSize: 25 }
      yield* Effect.promise(async () => {
        assert.deepEqual(await importsIn(componentFile), [...productInterfaces].sort())
        assert.deepEqual(await answerOf(componentFile, { clients: { listClients: () => page } }), [200, page])
      })
    })
  )

  it.live("takes interfaces that are named, and refuses one that the world does not have", () =>
    Effect.gen(function* () {
      const named = (interfaces: unknown) => ({ "package.json": JSON.stringify({ alga: { interfaces } }) })
      const folder = yield* extensionFolder(named(["clients-v2"]))
      assert.deepEqual(yield* namedInterfaces(folder, ["storage"]), ["clients-v2", "storage"])
      assert.deepEqual(yield* namedInterfaces(yield* extensionFolder(), []), [])
      const wrong = yield* Effect.flip(namedInterfaces(yield* extensionFolder(named(["client-v2"])), ["types2"]))
      assert.deepEqual(wrong.message.split("\n"), [
        'package.json alga.interfaces[0]: "client-v2" is not an interface of the world: did you mean "clients-v2"?',
        '--interface: "types2" is not an interface of the world: did you mean "types"?'
      ])
      const { message } = yield* Effect.flip(namedInterfaces(yield* extensionFolder(named("clients-v2")), []))
      assert.strictEqual(
        message,
        'package.json alga.interfaces: is not a list: write a list of interfaces such as ["clients-v2"]'
      )
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
