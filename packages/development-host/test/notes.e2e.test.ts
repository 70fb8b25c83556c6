import { mkdtemp, readFile, rm } from "node:fs/promises"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { standIn } from "@alga-psa/ext-adapters-http/testing/Server"
import { buildComponent } from "@alga-psa/ext-extension-sdk/build"
import { pack } from "@alga-psa/ext-runner/testing/Archive"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Logger } from "effect"
import { type BehindProduct, behindProduct, layerProductAndVault } from "../testing/BehindProduct.ts"

const folder = dirname(createRequire(import.meta.url).resolve("@alga-psa/ext-sample-notes/package.json"))

/** The second sample as an archive, its component built with StarlingMonkey. */
const built = async (): Promise<{ readonly archive: Uint8Array; readonly capabilities: ReadonlyArray<string> }> => {
  const out = await mkdtemp(join(tmpdir(), "alga-notes-"))
  try {
    const entry = join(folder, "src/component.ts")
    const { file } = await buildComponent({ entry, outFile: join(out, "main.wasm"), engine: "starlingmonkey" })
    const manifest = await readFile(join(folder, "manifest.json"), "utf8")
    const archive = await pack({ "manifest.json": manifest, "dist/main.wasm": await readFile(file) })
    return { archive, capabilities: JSON.parse(manifest).capabilities }
  } finally {
    await rm(out, { recursive: true, force: true })
  }
}

const send = ({ execute }: BehindProduct, method: string, path: string, given?: unknown, user?: null) =>
  Effect.promise(async () => {
    const body = given === undefined ? {} : { body: JSON.stringify(given) }
    const answer = await execute("admin", { method, path, ...body }, user)
    return { status: answer.status, body: JSON.parse(answer.body) }
  })

describe("the second sample, built with StarlingMonkey,", () => {
  it.live(
    "keeps notes, asks the service outside with its secret, and schedules itself",
    () =>
      Effect.gen(function* () {
        const { archive, capabilities } = yield* Effect.promise(built)
        const authorizations: Array<string | undefined> = []
        const outside = yield* standIn(async ({ headers }) => {
          authorizations.push(headers.authorization)
          return { status: 200, body: null }
        })
        const endpoint = { id: "e1", method: "POST", path: "/api/status", handler: "dist/main", schedulable: true }
        const secrets = { status_url: `${outside.url.origin}/status`, status_token: "s3cret" }
        const hosted = yield* behindProduct({
          archive,
          installs: [{ name: "admin", capabilities, fixtures: { secrets, endpoints: [endpoint] } }],
          settings: {
            EXT_EGRESS_ALLOWLIST: outside.url.origin,
            ALGA_EXTENSION_RUNNER_EGRESS_PRIVATE_ADDRESSES: "127.0.0.1"
          }
        })
        const clients = yield* send(hosted, "GET", "/api/clients")
        const note = `/api/notes/${clients.body.items[0].clientId}`
        const kept = { status: 200, body: { text: "ä", revision: 1 } }
        assert.deepEqual(yield* send(hosted, "PUT", note, { text: "ä", revision: null }), kept)
        assert.deepEqual(yield* send(hosted, "GET", note), kept)
        assert.strictEqual((yield* send(hosted, "PUT", note, { text: "b", revision: 7 })).status, 409)
        assert.strictEqual((yield* send(hosted, "GET", "/api/notes/none")).status, 400)

        assert.deepInclude(yield* send(hosted, "PUT", "/api/schedule"), { status: 200 })
        assert.deepInclude((yield* send(hosted, "POST", "/api/status", undefined, null)).body.latest, { state: "up" })
        assert.deepEqual(authorizations, ["Bearer s3cret"])
        assert.deepInclude((yield* send(hosted, "GET", "/api/status")).body, { scheduled: true })
      }).pipe(Effect.provide(layerProductAndVault), Effect.provide(Logger.layer([]))),
    240_000
  )
})
