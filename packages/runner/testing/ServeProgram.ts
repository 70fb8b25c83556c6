import { glob, mkdir, readFile, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { type Dataset, ids, seed } from "@alga-psa/ext-adapters-memory"
import * as Fixture from "@alga-psa/ext-adapters-pg/Fixture"
import { adminCase, type DemoCase, executeBody } from "@alga-psa/ext-development-host/DemoCase"
import { buildSample } from "@alga-psa/ext-sample-extension"
import { PgClient } from "@effect/sql-pg"
import { Effect, Redacted } from "effect"
import { type BundleKey, bundlePath } from "../src/BundleStore.ts"
import { serve } from "../src/commands/serve.ts"
import { commandProgram } from "./CommandRun.ts"
import { onFullDisk, type Program, program } from "./Program.ts"
import { temporary } from "./Temporary.ts"

/** The token of the runners that {@link serveSetting} starts. */
export const token = "a-token-of-this-test"

/** What the runner answered. */
export interface Answered {
  readonly http: number
  readonly status: number
  readonly error: string | undefined
  readonly body: string
  readonly headers: Headers
}

/** A `serve` process and where it answers. */
export interface Serving {
  readonly run: Program
  readonly url: string
  /** Interrupting it hangs up. */
  readonly execute: (
    change?: Partial<DemoCase>,
    hash?: string,
    headers?: Record<string, string>,
    settings?: { readonly config: unknown; readonly secret_envelope: unknown; readonly limits?: object }
  ) => Effect.Effect<Answered>
}

/** Reads what a runner logs until a line has this message; gives its annotations. */
export const logged = (run: Program, message: string): Effect.Effect<Readonly<Record<string, unknown>>> =>
  Effect.promise(async () => {
    for (;;) {
      const { value } = await run.lines.next()
      if (value === undefined) throw new Error(`the runner ended without "${message}": ${(await run.ended).errors}`)
      if (!value.startsWith("{")) throw new Error(`not a log line: ${value}`)
      const line = JSON.parse(value)
      if ([line.message].flat()[0] === message) return line.annotations
    }
  })

/** The address in the log line that says that the runner serves. */
export const addressOf = (run: Program): Effect.Effect<string> =>
  Effect.map(logged(run, "the runner serves"), ({ address }) => String(address))

const send =
  (url: string, sampleHash: string): Serving["execute"] =>
  (change = {}, hash = sampleHash, headers = {}, settings = { config: {}, secret_envelope: null }) =>
    Effect.promise(async (signal) => {
      const demoCase = { ...adminCase, ...change }
      const { config, ...own } = settings
      const body = executeBody(demoCase, hash)
      const response = await fetch(`${url}/v1/execute`, {
        method: "POST",
        signal,
        headers: {
          "content-type": "application/json",
          "x-runner-service-token": token,
          "x-alga-tenant": demoCase.tenant,
          "x-alga-extension": demoCase.extension,
          ...headers
        },
        body: JSON.stringify({ ...body, ...own, context: { ...body.context, config } })
      })
      const { body_b64 = "", error, status } = JSON.parse(await response.text())
      return {
        http: response.status,
        status,
        error,
        body: Buffer.from(body_b64, "base64").toString(),
        headers: response.headers
      }
    })

let sample: ReturnType<typeof buildSample> | undefined

/** The sample. It is built once for the tests of a file. */
export const builtSample: Effect.Effect<Awaited<ReturnType<typeof buildSample>>> = Effect.promise(() => {
  sample ??= buildSample()
  return sample
})

/** Fills a database with the seed and a store with the sample; starts runners on both. */
export const serveSetting = Effect.fnUntraced(function* (databaseUrl: string) {
  const folder = yield* temporary
  const bundles = join(folder, "bundles")
  const { bundleFile, contentHash } = yield* builtSample
  const hash = contentHash.replace("sha256:", "")
  const load = (rows: Dataset) =>
    Effect.provide(Fixture.load(rows), PgClient.layer({ url: Redacted.make(databaseUrl), maxConnections: 1 }))
  const store = (key: BundleKey, archive: Uint8Array) =>
    Effect.promise(async () => {
      const file = join(bundles, bundlePath(key))
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, archive)
    })
  yield* Effect.provide(Fixture.createTables, PgClient.layer({ url: Redacted.make(databaseUrl), maxConnections: 1 }))
  yield* load(seed({ contentHash: hash }))
  const archive = yield* Effect.promise(() => readFile(bundleFile))
  yield* store({ tenant: ids.tenants.acme, extension: ids.extensions.full, hash }, archive)

  const settings = {
    DATABASE_URL: databaseUrl,
    RUNNER_SERVICE_TOKEN: token,
    BUNDLE_STORE_BASE: bundles,
    EXT_CACHE_ROOT: join(folder, "cache"),
    // No execution fails because the machine is busy.
    ALGA_EXTENSION_RUNNER_LIMIT_TIMEOUT_MS: "300000",
    DATABASE_CONNECT_TIMEOUT: "1 minute",
    DATABASE_STATEMENT_TIMEOUT: "1 minute",
    // No process waits for work that may not come: most runners under test execute little.
    ALGA_EXTENSION_RUNNER_SANDBOX_SPARES: "0",
    ALGA_EXTENSION_RUNNER_SANDBOX_LOADED_SPARES: "0",
    PORT: "0"
  }
  const start = (change: Readonly<Record<string, string>> = {}, command?: Parameters<typeof program>[2]) =>
    program(["serve"], { ...settings, ...change }, command)
  const serving = Effect.fnUntraced(function* (run: Program) {
    const url = yield* addressOf(run)
    return { run, url, execute: send(url, hash) } satisfies Serving
  })
  const serveBy =
    (command?: Parameters<typeof program>[2]) =>
    (change: Readonly<Record<string, string>> = {}) =>
      Effect.flatMap(start(change, command), serving)
  /** Starts one in this process, where it is not the process that is tested: one of its own takes half a second to load. */
  const startHere = (change: Readonly<Record<string, string>> = {}) =>
    commandProgram(serve, ["serve"], { ...settings, ...change })
  const serveHere = (change: Readonly<Record<string, string>> = {}) => Effect.flatMap(startHere(change), serving)
  /** Puts what the store on disk has into another one, by its paths. */
  const publishTo = (objects: Map<string, Uint8Array>) =>
    Effect.promise(async () => {
      for await (const path of glob("**/*.tar.zst", { cwd: bundles })) {
        objects.set(path, await readFile(join(bundles, path)))
      }
    })
  return {
    folder,
    hash,
    settings,
    load,
    store,
    start,
    publishTo,
    executeAt: (url: string) => send(url, hash),
    serve: serveBy(),
    startHere,
    serveHere,
    serveFull: serveBy(onFullDisk),
    serveBy
  }
})
