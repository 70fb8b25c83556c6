import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { zstdCompressSync } from "node:zlib"
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import {
  type ArchiveRefused,
  Archives,
  type ArchivesOptions,
  type ArchiveUnopened,
  layerArchives
} from "../src/index.ts"
import { lookAtOpener } from "./support/OtherProcesses.ts"
import { longMs, restrictedProcesses } from "./support/Run.ts"
import { archiveOf } from "./support/Tar.ts"

const manifest = { name: "manifest.json", content: '{"name": "a", "more": [1]}' }
const component = { name: "dist/main.wasm", content: Buffer.alloc(3_000_000, "component") }

const told = <A>(effect: Effect.Effect<A, ArchiveRefused | ArchiveUnopened>) =>
  Effect.match(effect, { onFailure: ({ _tag, message }) => `${_tag}: ${message}`, onSuccess: () => "opened" })

const openedWithin = (options: ArchivesOptions, archive: Uint8Array) =>
  Effect.flatMap(Archives, (archives) => told(archives.component(archive))).pipe(
    Effect.provide(Layer.fresh(layerArchives(options)))
  )

/** The processes that open archives: of all restricted ones those that may read nothing. */
const openers = (): ReadonlyArray<number> =>
  restrictedProcesses(/--permission(?!.*--(?:allow-fs-read|max-semi-space-size)).*--liftoff-only/)

layer(layerArchives({ timeoutMs: longMs }), { excludeTestServices: true })("Archives", (it) => {
  it.effect("opens an archive in a process of its own that is gone afterwards", () =>
    Effect.gen(function* () {
      const archives = yield* Archives
      const bundle = yield* archives.component(archiveOf([manifest, component]))
      assert.deepEqual(bundle.manifest, { name: "a" })
      assert.deepEqual(Buffer.from(bundle.component), component.content)
      const ending = Buffer.concat([archiveOf([manifest, component]), zstdCompressSync("")])
      assert.deepEqual(Buffer.from((yield* archives.component(ending)).component), component.content)
      const page = yield* archives.page(archiveOf([manifest, { name: "ui/a.txt", content: "text" }]))
      assert.deepEqual([...page.keys()], ["a.txt"])
      assert.deepEqual(openers(), [])
    })
  )

  it.effect("refuses by name what breaks a rule", () =>
    Effect.gen(function* () {
      const archives = yield* Archives
      assert.strictEqual(
        yield* told(archives.component(archiveOf([manifest, component, component]))),
        "ArchiveRefused: dist/main.wasm is in the archive twice"
      )
      assert.match(yield* told(archives.page(new Uint8Array(10))), /^ArchiveRefused: the archive is not compressed/)
    })
  )

  it.effect("has a process of bounded memory open it, which ends where the caller is interrupted", () =>
    Effect.gen(function* () {
      const { flags } = yield* lookAtOpener(() => null)
      const bounds = flags.filter((flag) => /^--(?:max-old-space-size|wasm-max-mem-pages)=/.test(flag))
      assert.sameMembers(bounds, ["--max-old-space-size=128", "--wasm-max-mem-pages=1024"])
      assert.deepEqual(openers(), [])
    })
  )
})

describe("the bounds of opening an archive", () => {
  const padding = { name: "padding", content: Buffer.alloc(100 * 1024 * 1024) }

  it.live("hold for the component", () =>
    Effect.gen(function* () {
      const archive = archiveOf([manifest, component])
      const size = component.content.byteLength
      assert.strictEqual(yield* openedWithin({ componentBytes: size, timeoutMs: longMs }, archive), "opened")
      const outcome = yield* openedWithin({ componentBytes: size - 1, timeoutMs: longMs }, archive)
      assert.match(outcome, /ArchiveRefused: .* at most 2999999/)
    })
  )

  it.live("hold for the processor, which is a refusal", () =>
    Effect.gen(function* () {
      const archive = archiveOf([padding, manifest, component])
      assert.strictEqual(yield* openedWithin({ timeoutMs: longMs }, archive), "opened")
      const outcome = yield* openedWithin({ processorMs: 10, timeoutMs: longMs }, archive)
      assert.match(outcome, /^ArchiveRefused: .*10 ms of processor time/)
    })
  )

  it.live("hold for the clock, which is none", () =>
    Effect.map(openedWithin({ timeoutMs: 1 }, archiveOf([manifest, component])), (outcome) =>
      assert.strictEqual(outcome, "ArchiveUnopened: the archive could not be opened")
    )
  )
})

describe("this process", () => {
  it("loads of what runs in other processes nothing but names and numbers, so that it opens nothing", () => {
    const source = fileURLToPath(new URL("../src/", import.meta.url))
    const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"))
    const textOf = (name: string) => readFileSync(join(source, name), "utf8")
    const loaded = files
      .filter((name) => !name.startsWith("internal/child/"))
      .flatMap((name) =>
        Array.from(
          textOf(name).matchAll(/^(?:import|export) (?!type)[^"]*"[^"]*child\/([\w/]+)\.ts"/gm),
          ([, module]) => module
        )
      )
    assert.sameMembers(
      [...new Set(loaded)],
      ["archive/ArchiveBounds", "core/Unrestorable", "Encoding", "HeaderBytes", "Messages", "Wire"]
    )
    const unpacking = files.filter((name) => /from "(?:node:zlib|tar-stream)"/.test(textOf(name)))
    assert.deepEqual(unpacking, ["internal/child/archive/OpenBundle.ts"])
  })
})
