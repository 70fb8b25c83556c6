import { mkdir, writeFile } from "node:fs/promises"
import { type AddressInfo, createServer } from "node:net"
import { join } from "node:path"
import { testDatabase } from "@alga-psa/ext-adapters-pg/testing/TestDatabase"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer, Redacted } from "effect"
import type { ReadinessAnswer } from "../src/Api.ts"
import { serve } from "../src/commands/serve.ts"
import { askUntil } from "../testing/AskUntil.ts"
import { commandProgram, commandRun } from "../testing/CommandRun.ts"
import { program } from "../testing/Program.ts"
import { addressOf } from "../testing/ServeProgram.ts"
import { temporary } from "../testing/Temporary.ts"

class Setting extends Context.Service<
  Setting,
  { readonly folder: string; readonly url: string; readonly settings: Readonly<Record<string, string>> }
>()("startsThatFail/Setting") {}

const setting = Layer.effect(
  Setting,
  Effect.gen(function* () {
    const folder = yield* temporary
    const url = Redacted.value(yield* testDatabase)
    const settings = {
      DATABASE_URL: url,
      RUNNER_SERVICE_TOKEN: "a-token-of-this-test",
      BUNDLE_STORE_BASE: folder,
      EXT_CACHE_ROOT: join(folder, "cache"),
      // No server is too late because the machine is busy.
      DATABASE_CONNECT_TIMEOUT: "1 minute",
      ALGA_EXTENSION_RUNNER_SANDBOX_SPARES: "0",
      PORT: "0"
    }
    return Setting.of({ folder, url, settings })
  })
)

const runs = commandRun(serve)

/** How a start with these settings ends: its code and its one line. */
const ends = Effect.fnUntraced(function* (change: Readonly<Record<string, string>>) {
  const { settings } = yield* Setting
  const { code, errors, text } = yield* runs(["serve"], { ...settings, ...change })
  assert.notMatch(text + errors, /hush/)
  assert.match(errors, /^alga-extension-runner: [^\n]+\n$/)
  return [code, errors.trim().replace("alga-extension-runner: ", "")] as const
})

/** A server that takes connections and says nothing. */
const silentServer = Effect.acquireRelease(
  Effect.promise(
    () =>
      new Promise<ReturnType<typeof createServer>>((resolve) => {
        const server = createServer().listen(0, "127.0.0.1", () => resolve(server))
      })
  ),
  (server) => Effect.sync(() => server.close())
).pipe(Effect.map((server) => (server.address() as AddressInfo).port))

const changed = (url: string, change: (address: URL) => void) => {
  const address = new URL(url)
  change(address)
  return { DATABASE_URL: address.href }
}

const database = "the database does not answer: check DATABASE_URL"

layer(setting, { excludeTestServices: true, timeout: 120_000 })("a start that fails", (it) => {
  it.effect("is said in one line, without a stack anywhere, and ends the process with its code", () =>
    Effect.gen(function* () {
      const { settings } = yield* Setting
      const wrong = { DATABASE_URL: "postgres://u:hush@[bad", RUNNER_SERVICE_TOKEN: "" }
      const run = yield* program(["serve"], { ...settings, ...wrong })
      const out = yield* Effect.promise(() => Array.fromAsync(run.lines))
      const { code, errors } = yield* Effect.promise(() => run.ended)
      assert.deepStrictEqual([code, out], [2, []])
      assert.match(errors, /^alga-extension-runner: [^\n]*; RUNNER_SERVICE_TOKEN is not set: [^\n]+\n$/)
      assert.notInclude(errors, "hush")
    })
  )

  it.effect("shows no byte of a URL that is wrong", () =>
    Effect.gen(function* () {
      for (const url of [
        "postgres://app:hu#sh-hush@127.0.0.1/alga",
        "postgres://u:hush@[bad",
        "postgres://u:hush@/db"
      ]) {
        const [code, line] = yield* ends({ DATABASE_URL: url })
        assert.strictEqual(code, 2, url)
        assert.match(line, /^DATABASE_URL (is not the address of a PostgreSQL server|names no host): /)
      }
    })
  )

  it.effect("shows no byte of a URL or a login in the place of a host", () =>
    Effect.gen(function* () {
      const wrong = "DATABASE_HOST must be a name, an address, or the directory of a socket (from the environment)"
      for (const host of ["postgres://app:hush@127.0.0.1/alga", "app:hush@127.0.0.1"]) {
        const [code, line] = yield* ends({ DATABASE_URL: "", DATABASE_HOST: host })
        assert.deepStrictEqual([code, line.split("; ")[0]], [2, wrong])
        assert.deepStrictEqual(yield* ends({ DATABASE_URL: `postgres:///alga?host=${host}` }), [
          2,
          "DATABASE_URL has an invalid host: give a name, an address, or the directory of a socket"
        ])
      }
    })
  )

  it.effect("says why the database cannot be used, with the code", () =>
    Effect.gen(function* () {
      const { url } = yield* Setting
      const cases: ReadonlyArray<readonly [Readonly<Record<string, string>>, RegExp]> = [
        [changed(url, (at) => (at.username = "nobody_of_that_name")), /: 28(P01|000): .+/],
        [
          changed(url, (at) => (at.pathname = "/none_of_that_name")),
          /: 3D000: database "none_of_that_name" does not exist/
        ],
        [changed(url, (at) => (at.port = "1")), /: connect ECONNREFUSED .+:1/],
        [
          changed(url, (at) => (at.hostname = "nowhere.invalid")),
          /: getaddrinfo (ENOTFOUND|EAI_AGAIN) nowhere\.invalid/
        ],
        [changed(url, (at) => (at.search = "?sslrootcert=/no/ca.crt&sslmode=require")), /: ENOENT: .+\/no\/ca\.crt/]
      ]
      for (const [change, why] of cases) {
        const [code, line] = yield* ends(change)
        assert.strictEqual(code, 1)
        assert.isTrue(line.startsWith(database), line)
        assert.match(line, why)
      }
    })
  )

  it.effect("says why it cannot listen", () =>
    Effect.gen(function* () {
      const port = yield* silentServer
      assert.deepStrictEqual(yield* ends({ PORT: String(port) }), [
        1,
        `cannot listen: check HOST and PORT: listen EADDRINUSE: address already in use 127.0.0.1:${port}`
      ])
      const [code, line] = yield* ends({ HOST: "nowhere.invalid" })
      assert.strictEqual(code, 1)
      assert.match(line, /^cannot listen: check HOST and PORT: getaddrinfo (ENOTFOUND|EAI_AGAIN) nowhere\.invalid$/)
    })
  )

  it.effect("names the folder that cannot be made, or cannot be one", () =>
    Effect.gen(function* () {
      const [code, line] = yield* ends({ EXT_CACHE_ROOT: "/dev/null/none" })
      assert.strictEqual(code, 1)
      assert.match(line, /^the cache folder \/dev\/null\/none\/components cannot be used: it cannot be made \(ENOTDIR/)
      const root = join((yield* Setting).folder, "unusable")
      const components = join(root, "components")
      yield* Effect.promise(async () => {
        await mkdir(root)
        await writeFile(components, "")
      })
      const [refused, why] = yield* ends({ EXT_CACHE_ROOT: root })
      assert.strictEqual(refused, 1)
      assert.include(why, `the cache folder ${components} cannot be used: it is not a directory`)
    })
  )

  it.effect("is none where the first host of the database is silent", () =>
    Effect.gen(function* () {
      const { settings, url } = yield* Setting
      const host = `127.0.0.1:${yield* silentServer}`
      const behind = { DATABASE_URL: url.replace(/@/, `@${host},`), DATABASE_CONNECT_TIMEOUT: "5 seconds" }
      assert.match(yield* addressOf(yield* commandProgram(serve, ["serve"], { ...settings, ...behind })), /^http/)
    })
  )

  it.effect("is none where the database lacks what is read: the runner is not ready, and says which", () =>
    Effect.gen(function* () {
      const { settings } = yield* Setting
      const url = yield* addressOf(yield* commandProgram(serve, ["serve"], settings))
      const asked = Effect.promise(async () => {
        const answer = await fetch(`${url}/readyz`)
        return { ...((await answer.json()) as typeof ReadinessAnswer.Type), http: answer.status }
      })
      // A process of its sandbox may still be starting.
      const found = yield* askUntil(asked, ({ checks, why }) => checks.sandbox === "ok" && why !== undefined)
      const { checks, http, status, why } = found
      assert.deepStrictEqual([http, status, checks.database], [503, "not-ready", "unavailable"])
      assert.match(String(why), /^the database has no table clients, .+: check that it is Alga's$/)
    })
  )
})
