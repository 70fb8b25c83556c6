import { readFile } from "node:fs/promises"
import { productInterfaces } from "@alga-psa/ext-adapters-wit/KnownWorld"
import { importsOf } from "@alga-psa/ext-extension-sdk/build"
import { loadComponent } from "@alga-psa/ext-extension-sdk/instantiate"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { buildExtension } from "../src/BuildExtension.ts"
import { namedInterfaces } from "../src/NamedInterfaces.ts"
import { extensionFolder, manifest } from "./support/ExtensionFolder.ts"

const engines = ["quickjs", "starlingmonkey"] as const

const handlerOf = (body: string) =>
  `import { defineHandler, jsonResponse } from "@alga-psa/ext-extension-sdk"\nexport const handle = defineHandler(async (request, host) => ${body})\n`
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
  url: string,
  imports: Parameters<Awaited<ReturnType<typeof loadComponent>>>[0]
) {
  const instantiate = yield* Effect.promise(() => loadComponent(file))
  const { body, status } = instantiate({ logging: { logError: () => {} }, ...imports }).handler({
    context,
    http: { method: "GET", url, headers: [], body: undefined }
  })
  return [status, JSON.parse(new TextDecoder().decode(body ?? new Uint8Array()))]
})

describe.each(engines)("a component on %s", (engine) => {
  it.live(
    "imports one of ours where it uses that, and answers",
    () =>
      Effect.gen(function* () {
        const { componentFile, imports } = yield* built(engine, { "src/handler.ts": second }, ["cap:client.read"])
        assert.deepEqual(imports, ["clients-v2", "logging", "types"])
        const client = { clientId: "a", clientName: "A", isInactive: false, tags: ["vip"] }
        const [status, found] = yield* answers(componentFile, "/a", {
          "clients-v2": { getClients: () => [client, undefined] }
        })
        assert.strictEqual(status, 200)
        assert.deepInclude(found[0], client)
        assert.isNull(found[1])
      }),
    240_000
  )

  it.live(
    "imports the product's whole world where its code may use any, and answers",
    () =>
      Effect.gen(function* () {
        const { componentFile, imports, notes } = yield* built(engine, { "src/handler.ts": hidden }, [])
        assert.deepEqual(imports, [...productInterfaces].sort())
        assert.strictEqual(
          notes[0],
          "src/handler.ts:2:82: the host loses its type here: let types follow the host, or the component imports the product's whole world"
        )
        const page = { items: [], totalCount: 0, page: 1, pageSize: 25 }
        const answer = yield* answers(componentFile, "/", { clients: { listClients: () => page } })
        assert.deepEqual(answer, [200, page])
      }),
    240_000
  )
})

describe("a build", () => {
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

  it.live("refuses a use of one of ours that it would leave out", () =>
    Effect.gen(function* () {
      const both = handlerOf("jsonResponse([await host.clientsV2.list(), Object.keys(host)])")
      const folder = yield* extensionFolder({
        "manifest.json": JSON.stringify({ ...manifest, capabilities: ["cap:client.read"] }),
        "src/handler.ts": both
      })
      const { message } = yield* Effect.flip(buildExtension({ folder }))
      assert.strictEqual(
        message,
        "src/handler.ts:2:82: uses host.clientsV2, which the product's world lacks: name it with --interface clients-v2, since src/handler.ts:2:117 hides what else is used"
      )
    })
  )
})
