import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { productInterfaces } from "@alga-psa/ext-adapters-wit/KnownWorld"
import { importsOf } from "@alga-psa/ext-extension-sdk/build"
import { loadComponent } from "@alga-psa/ext-extension-sdk/instantiate"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { buildExtension } from "../src/BuildExtension.ts"
import { extensionFolder, manifest } from "./support/ExtensionFolder.ts"

const engines = ["quickjs", "starlingmonkey"] as const

const template = fileURLToPath(new URL("../../extension-cli/template", import.meta.url))
const sample = fileURLToPath(new URL("../../sample-extension", import.meta.url))

const handlerOf = (body: string) =>
  `import { defineHandler, jsonResponse } from "@alga-psa/ext-extension-sdk"\nexport const handle = defineHandler(async (request, host) => ${body})\n`
const clients = handlerOf("jsonResponse(await host.clients.list())")
const second = handlerOf("jsonResponse(await host.clientsV2.getMany([request.http.url.slice(1)]))")
const hidden = handlerOf("jsonResponse(await (host as any).clients.list())")

const named = (imports: ReadonlyArray<string>) => imports.map((name) => name.replace("alga:extension/", "")).sort()

/** What a component imports, as its bytes say and as the build says. */
const built = Effect.fnUntraced(function* (
  engine: (typeof engines)[number],
  files: Readonly<Record<string, string | null>>,
  capabilities: ReadonlyArray<string>
) {
  const folder = yield* extensionFolder({ "manifest.json": JSON.stringify({ ...manifest, capabilities }), ...files })
  const { componentFile, interfaces, notes } = yield* buildExtension({ folder, engine })
  const imports = named(yield* Effect.promise(async () => importsOf(await readFile(componentFile))))
  assert.deepEqual(imports, [...interfaces, "types"].sort())
  return { componentFile, imports, notes }
})

const context = { tenantId: "t", extensionId: "e", requestId: undefined, installId: undefined, versionId: undefined }

const answers = Effect.fnUntraced(function* (
  file: string,
  imports: Parameters<Awaited<ReturnType<typeof loadComponent>>>[0]
) {
  const instantiate = yield* Effect.promise(() => loadComponent(file))
  const { body, status } = instantiate({ logging: { logError: () => {} }, ...imports }).handler({
    context,
    http: { method: "GET", url: "/a", headers: [], body: undefined }
  })
  return [status, JSON.parse(new TextDecoder().decode(body ?? new Uint8Array()))]
})

describe.each(engines)("a component on %s", (engine) => {
  it.live(
    "imports what its code uses, and answers",
    () =>
      Effect.gen(function* () {
        const first = yield* built(engine, { "src/handler.ts": clients }, ["cap:client.read"])
        assert.deepEqual([first.imports, first.notes], [["clients", "logging", "types"], []])
        const page = { items: [], totalCount: 0, page: 1, pageSize: 25 }
        assert.deepEqual(yield* answers(first.componentFile, { clients: { listClients: () => page } }), [200, page])

        const own = yield* built(engine, { "src/handler.ts": second }, ["cap:client.read"])
        assert.deepEqual(own.imports, ["clients-v2", "logging", "types"])
        const client = { clientId: "a", clientName: "A", isInactive: false, tags: ["vip"] }
        const [status, found] = yield* answers(own.componentFile, {
          "clients-v2": { getClients: () => [client, undefined] }
        })
        assert.strictEqual(status, 200)
        assert.deepInclude(found[0], client)
        assert.isNull(found[1])
      }),
    240_000
  )

  it.live(
    "imports the product's whole world where its code may use any, and one of ours where that is named",
    () =>
      Effect.gen(function* () {
        const whole = yield* built(engine, { "src/handler.ts": hidden }, [])
        assert.deepEqual(whole.imports, [...productInterfaces].sort())
        assert.include(
          whole.notes[0],
          "src/handler.ts:2:93: the host goes on without its type: the component imports the product's whole world"
        )
        const page = { items: [], totalCount: 0, page: 1, pageSize: 25 }
        assert.deepEqual(yield* answers(whole.componentFile, { clients: { listClients: () => page } }), [200, page])
        const chosen = {
          "package.json": '{"name":"a","type":"module","alga":{"interfaces":["clients-v2"]}}',
          "src/handler.ts": hidden
        }
        assert.deepEqual((yield* built(engine, chosen, [])).imports, [...productInterfaces, "clients-v2"].sort())
      }),
    240_000
  )

  it.live(
    "of the template and of the sample imports nothing that the product's world lacks",
    () =>
      Effect.gen(function* () {
        const text = (file: string) => Effect.promise(() => readFile(file, "utf8"))
        const fresh = {
          "src/component.ts": yield* text(join(template, "src/component.ts")),
          "src/handler.ts": yield* text(join(template, "src/handler.ts"))
        }
        const started = yield* built(engine, fresh, ["cap:client.read"])
        assert.deepEqual([started.imports, started.notes], [["clients", "logging", "types"], []])
        const folder = yield* extensionFolder()
        const { interfaces, notes } = yield* buildExtension({
          folder: sample,
          engine,
          buildsDir: join(folder, "builds")
        })
        assert.deepEqual([interfaces, notes], [["clients", "logging", "services"], []])
      }),
    240_000
  )
})

describe("a build", () => {
  it.live("refuses an interface that the world does not have, and a use of one of ours that it would leave out", () =>
    Effect.gen(function* () {
      const both = handlerOf("jsonResponse([await host.clientsV2.list(), Object.keys(host)])")
      const folder = yield* extensionFolder({
        "manifest.json": JSON.stringify({ ...manifest, capabilities: ["cap:client.read"] }),
        "src/handler.ts": both
      })
      const wrong = yield* Effect.flip(buildExtension({ folder, interfaces: ["client-v2"] }))
      assert.strictEqual(
        wrong.message,
        '--interface: "client-v2" is no interface of the world: did you mean "clients-v2"?'
      )
      const left = yield* Effect.flip(buildExtension({ folder }))
      assert.strictEqual(
        left.message,
        "src/handler.ts:2:99: uses host.clientsV2, which the product's world lacks: name it with --interface clients-v2, since src/handler.ts:2:134 hides what else is used"
      )
    })
  )
})
