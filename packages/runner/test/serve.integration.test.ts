import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { ids, seed } from "@alga-psa/ext-adapters-memory"
import * as Fixture from "@alga-psa/ext-adapters-pg/Fixture"
import { dedicatedServer } from "@alga-psa/ext-adapters-pg/testing/ServerBinaries"
import { buildSample } from "@alga-psa/ext-sample-extension"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { bundlePath } from "../src/BundleStore.ts"
import { adminCase, executeBody } from "../src/demo/DemoCase.ts"
import { type Program, program } from "./support/Program.ts"
import { bytesOf } from "./support/TestRunner.ts"

const token = "a-token-of-this-test"

const directory = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "alga-serve-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
)

const published = (bundles: string) =>
  Effect.gen(function* () {
    const { bundleFile, contentHash } = yield* Effect.promise(() => buildSample())
    const hash = contentHash.replace("sha256:", "")
    const file = join(bundles, bundlePath({ tenant: ids.tenants.acme, extension: ids.extensions.full, hash }))
    const archive = yield* bytesOf(bundleFile)
    yield* Effect.promise(() => mkdir(dirname(file), { recursive: true }))
    yield* Effect.promise(() => writeFile(file, archive))
    return hash
  })

const address = (run: Program) =>
  Effect.promise(async () => {
    for (;;) {
      const { value } = await run.lines.next()
      if (value === undefined) throw new Error("the runner ended before it was ready")
      if (!value.startsWith("{")) throw new Error(`not a log line: ${value}`)
      const line = JSON.parse(value)
      if (line.message === "the runner is ready") return String(line.annotations.address)
    }
  })

const execute = (url: string, hash: string) =>
  Effect.promise(async () => {
    const headers = {
      "content-type": "application/json",
      "x-runner-service-token": token,
      "x-alga-tenant": adminCase.tenant,
      "x-alga-extension": adminCase.extension
    }
    const body = JSON.stringify(executeBody(adminCase, hash))
    const response = await fetch(`${url}/v1/execute`, { method: "POST", headers, body })
    const { error, status } = (await response.json()) as { readonly status: number; readonly error?: string }
    return { http: response.status, status, error }
  })

describe("serve", () => {
  it.live(
    "answers on a real server, says when it is gone, and answers again when it is back",
    () =>
      Effect.gen(function* () {
        const database = yield* dedicatedServer
        const folder = yield* directory
        const bundles = join(folder, "bundles")
        const hash = yield* published(bundles)
        yield* Effect.andThen(Fixture.createTables, Fixture.load(seed({ contentHash: hash }))).pipe(
          Effect.provide(PgClient.layer({ url: Redacted.make(database.url) }))
        )
        const run = yield* program(["serve"], {
          DATABASE_URL: database.url,
          RUNNER_SERVICE_TOKEN: token,
          BUNDLE_STORE_BASE: bundles,
          EXT_CACHE_ROOT: join(folder, "components"),
          PORT: "0"
        })
        const url = yield* address(run)
        const good = { http: 200, status: 200, error: undefined }
        assert.deepStrictEqual(yield* execute(url, hash), good)
        yield* database.stop
        const gone = { http: 503, status: 503, error: "data_unavailable" }
        assert.deepStrictEqual(yield* execute(url, hash), gone)
        assert.deepStrictEqual(yield* execute(url, hash), gone)
        yield* database.start
        assert.deepStrictEqual(yield* execute(url, hash), good)
        assert.strictEqual(yield* Effect.promise(() => run.end("SIGTERM")), 0)
      }),
    120_000
  )

  it.live("does not start without a token, and says what to set", () =>
    Effect.gen(function* () {
      const folder = yield* directory
      const run = yield* program(["serve"], {
        DATABASE_URL: "postgres://localhost:1/none",
        BUNDLE_STORE_BASE: folder,
        EXT_CACHE_ROOT: join(folder, "components")
      })
      const out = yield* Effect.promise(() => Array.fromAsync(run.lines))
      const { code, errors } = yield* Effect.promise(() => run.ended)
      assert.strictEqual(code, 1)
      assert.include(out.join("\n") + errors, "RUNNER_SERVICE_TOKEN is not set")
    })
  )
})
