import { ids } from "@alga-psa/ext-adapters-memory"
import { ArchiveRefused } from "@alga-psa/ext-adapters-wit"
import { CapabilityGate, InstallLookup } from "@alga-psa/ext-domain"
import { until } from "@alga-psa/ext-domain/testing/EventLoop"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer } from "effect"
import { ExtensionUi, layer, waitingPages } from "../src/ExtensionUi.ts"
import { partOfTenant, usualIntake } from "../src/IntakeSizes.ts"
import { bundleOf, intakeScene, type Opening, pageFile } from "./support/Intake.ts"

const scene = (opening: Opening) => {
  const { layer: parts, opened, put } = intakeScene(opening)
  const hashes: Array<string> = []
  const gate = Layer.succeed(CapabilityGate, {
    access: () => Effect.die("not asked"),
    accessTo: () => Effect.succeed({ contentHashes: hashes } as never)
  })
  const publish = (bundle: ReturnType<typeof bundleOf>) => {
    hashes.push(bundle.key.hash)
    put(bundle)
    return bundle
  }
  return { opened, publish, layer: Layer.provide(layer, [parts, gate, Layer.mock(InstallLookup, {})]) }
}

const get = ({ key }: ReturnType<typeof bundleOf>, path = "index.html") =>
  Effect.flatMap(ExtensionUi, (ui) =>
    Effect.match(ui.file({ owner: null, tenant: key.tenant, extension: key.extension, hash: key.hash, path }), {
      onFailure: (error) => error.message,
      onSuccess: ({ bytes }) => Buffer.from(bytes).toString()
    })
  )

describe("ExtensionUi", () => {
  it.effect("opens a page once for all of its files", () => {
    const {
      layer: parts,
      opened,
      publish
    } = scene({
      page: () =>
        Effect.succeed(
          new Map([
            ["index.html", pageFile("<p>")],
            ["a.js", pageFile("a")]
          ])
        )
    })
    const page = publish(bundleOf("page"))
    return Effect.gen(function* () {
      const files = yield* Effect.all([get(page), get(page, "a.js"), get(page, "assets/b.js")], {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual(files, ["<p>", "a", "not_found"])
      assert.deepStrictEqual(opened, ["page"])
    }).pipe(Effect.provide(parts))
  })

  it.effect("opens a page that is refused once, however often it is asked for", () => {
    const {
      layer: parts,
      opened,
      publish
    } = scene({
      page: () => Effect.fail(new ArchiveRefused({ message: "a b is in the archive twice" }))
    })
    const page = publish(bundleOf("page"))
    return Effect.gen(function* () {
      for (let i = 0; i < 5; i++) {
        assert.strictEqual(yield* get(page), "bundle_fetch_failed: a b is in the archive twice")
      }
      assert.deepStrictEqual(opened, ["page"])
    }).pipe(Effect.provide(parts))
  })

  it.effect("opens a bounded number of pages, lets a bounded number wait, and serves another tenant meanwhile", () => {
    const heavy = Deferred.makeUnsafe<void>()
    const {
      layer: parts,
      opened,
      publish
    } = scene({
      page: (archive) =>
        Effect.as(
          Buffer.from(archive).toString() === "light" ? Effect.void : Deferred.await(heavy),
          new Map([["index.html", pageFile("<p>")]])
        )
    })
    const most = partOfTenant(usualIntake.pages) + waitingPages
    const pages = Array.from({ length: most + 10 }, (_, i) => publish(bundleOf(`heavy ${i}`)))
    const light = publish(bundleOf("light", ids.tenants.borealis))
    return Effect.gen(function* () {
      const answers: Array<string> = []
      const asking = yield* Effect.forEach(pages, (page) =>
        Effect.forkChild(Effect.tap(get(page), (answer) => Effect.sync(() => void answers.push(answer))))
      )
      yield* until(() => answers.length === 10)
      assert.match(answers.join("\n"), /^(overloaded: .*\n?){10}$/)
      assert.strictEqual(yield* get(light), "<p>")
      assert.deepStrictEqual(opened, ["heavy 0", "light"])
      yield* Deferred.succeed(heavy, undefined)
      yield* Effect.forEach(asking, Fiber.await)
      assert.strictEqual(answers.filter((answer) => answer === "<p>").length, most)
    }).pipe(Effect.provide(parts))
  })

  it.effect.each([
    ["keeps pages whose files are within the bound together", 0.25, ["a", "b"]],
    ["forgets the page used longest ago where the files of all are above it", 0.3, ["a", "b", "a"]]
  ] as const)("%s", ([, share, expected]) => {
    const half = { bytes: new Uint8Array(usualIntake.pageBytes * share - 3), sha256: "" }
    const files = new Map([
      ["half.bin", half],
      ["other.bin", half],
      ["index.html", pageFile("<p>")]
    ])
    const { layer: parts, opened, publish } = scene({ page: () => Effect.succeed(files) })
    const [a, b] = [publish(bundleOf("a")), publish(bundleOf("b"))]
    return Effect.gen(function* () {
      for (const page of [a, b, a]) assert.strictEqual(yield* get(page), "<p>")
      assert.deepStrictEqual(opened, [...expected])
    }).pipe(Effect.provide(parts))
  })
})
