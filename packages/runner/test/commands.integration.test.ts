import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { ids } from "@alga-psa/ext-adapters-memory"
import { testDatabase } from "@alga-psa/ext-adapters-pg/testing/TestDatabase"
import { adminCase, executeBody } from "@alga-psa/ext-development-host/DemoCase"
import { assert, describe, it, layer } from "@effect/vitest"
import { Context, Effect, Layer, Redacted } from "effect"
import { config } from "../src/commands/config.ts"
import { execute } from "../src/commands/execute.ts"
import { inspect } from "../src/commands/inspect.ts"
import { aboutSetting, settingNames } from "../src/Settings.ts"
import { commandRun } from "../testing/CommandRun.ts"
import { program } from "../testing/Program.ts"
import { builtSample, serveSetting, token } from "../testing/ServeProgram.ts"
import { temporary } from "../testing/Temporary.ts"
import { installFixture } from "./support/InstallFixture.ts"

const run = Effect.fnUntraced(function* (args: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}) {
  const running = yield* program(args, env)
  const lines = yield* Effect.promise(() => Array.fromAsync(running.lines))
  const { code, errors } = yield* Effect.promise(() => running.ended)
  return { code, errors, lines, text: lines.join("\n") }
})

const executed = commandRun(execute)
const inspected = commandRun(inspect)
const configured = commandRun(config)

/** A database, a store and a runner for them. */
const prepared = Effect.gen(function* () {
  const serving = yield* serveSetting(Redacted.value(yield* testDatabase))
  return { ...serving, url: (yield* serving.serveHere()).url }
})

class Setting extends Context.Service<Setting, Effect.Success<typeof prepared>>()("commands/Setting") {}

const bodyOf = ({ text }: { readonly text: string }) => Buffer.from(JSON.parse(text).body_b64, "base64").toString()

layer(Layer.effect(Setting, prepared), { excludeTestServices: true, timeout: 240_000 })("execute", (it) => {
  it.effect(
    "runs one request, in its own process and by a server, with the same answer",
    () =>
      Effect.gen(function* () {
        const { folder, hash, settings, url } = yield* Setting
        const file = join(folder, "request.json")
        yield* Effect.promise(() => writeFile(file, JSON.stringify(executeBody(adminCase, hash))))
        const request = ["execute", "--request", file, "--path", "/api/clients", "--query", "pageSize=1"]
        const local = yield* executed([...request, "--json"], settings)
        assert.strictEqual(local.code, 0, local.errors)
        assert.strictEqual(JSON.parse(local.text).status, 200)
        assert.strictEqual(JSON.parse(bodyOf(local)).pageSize, 1)

        const remote = yield* executed([...request, "--json", "--url", url], { RUNNER_SERVICE_TOKEN: token })
        assert.deepStrictEqual([remote.code, bodyOf(remote)], [0, bodyOf(local)], remote.errors)

        const denied = yield* run([...request, "--user", ids.users.withoutPermission], settings)
        assert.deepStrictEqual([denied.code, JSON.parse(denied.text)], [3, { error: "not-allowed" }])
        assert.match(denied.errors, /^status 403$/m)

        const refused = yield* executed([...request, "--url", url], { RUNNER_SERVICE_TOKEN: "wrong" })
        assert.strictEqual(refused.code, 1)
        assert.match(refused.errors, /^(executing …\n)?alga-extension-runner: unauthorized: /)

        const absent = yield* executed([...request, "--url", "http://127.0.0.1:9"], { RUNNER_SERVICE_TOKEN: token })
        assert.strictEqual(absent.code, 1)
        assert.match(
          absent.errors,
          /^(executing …\n)?alga-extension-runner: no runner answers at http:\/\/127\.0\.0\.1:9\n$/
        )

        const flags = ["--tenant", ids.tenants.acme, "--extension", ids.extensions.full, "--install", ids.installs.full]
        const scheduled = yield* executed(
          ["execute", ...flags, "--content-hash", hash, "--path", "/api/services", "--json"],
          settings
        )
        assert.deepStrictEqual([scheduled.code, JSON.parse(scheduled.text).status], [0, 200], scheduled.errors)
      }),
    300_000
  )

  it.effect(
    "prints a large body whole into a pipe, and ends without a word where its reader goes away",
    () =>
      Effect.gen(function* () {
        const prepared = yield* Setting
        const { change, hash } = yield* installFixture(prepared, "large-response")
        const file = join(prepared.folder, "large.json")
        const request = executeBody({ ...adminCase, ...change, path: "/2000000" }, hash)
        yield* Effect.promise(() => writeFile(file, JSON.stringify(request)))
        const by = (reader: string) =>
          Effect.gen(function* () {
            const script = `"$0" "$@" | { ${reader}; }; exit "\${PIPESTATUS[0]}"`
            const command = ["/bin/bash", "-c", script, process.execPath] as const
            const asked = ["execute", "--request", file, "--url", prepared.url]
            const running = yield* program(asked, { RUNNER_SERVICE_TOKEN: token }, command)
            const lines = yield* Effect.promise(() => Array.fromAsync(running.lines))
            return { lines: lines.map(Number), ...(yield* Effect.promise(() => running.ended)) }
          })
        const whole = yield* by("wc -c")
        assert.deepStrictEqual([whole.code, whole.lines], [0, [2_000_000]], whole.errors)
        const cut = yield* by("head -c 1 | wc -c")
        assert.deepStrictEqual([cut.code, cut.lines], [0, [1]])
        for (const { errors } of [whole, cut]) assert.match(errors, /^(executing …\n)?status 200\n$/)
      }),
    300_000
  )

  it.effect("says what is missing, in one line, and exits with 2", () =>
    Effect.gen(function* () {
      for (const args of [
        ["--path", "/"],
        ["--request", "/nowhere"],
        ["--tenant", "x"]
      ]) {
        const { code, errors } = yield* executed(["execute", ...args])
        assert.strictEqual(code, 2)
        assert.match(errors, /^alga-extension-runner: [^\n]+\n$/)
      }
    })
  )
})

describe("inspect", () => {
  it.live("says what a component and a bundle are", () =>
    Effect.gen(function* () {
      const { bundleFile, contentHash } = yield* builtSample
      const bundle = JSON.parse((yield* inspected(["inspect", bundleFile, "--json"])).text)
      assert.strictEqual(bundle.bundle.contentHash, contentHash)
      assert.deepStrictEqual(bundle.bundle.unknownCapabilities, [])
      assert.includeMembers(bundle.capabilities, ["cap:client.read", "cap:service.read"])
      assert.isBelow(bundle.memory.startKib, bundle.limits.memoryMb * 1024)
      const component = join(bundleFile, "..", "main.wasm")
      const env = { ALGA_EXTENSION_RUNNER_LIMIT_MEMORY_MB: "32" }
      const alone = JSON.parse((yield* inspected(["inspect", component, "--json"], env)).text)
      assert.deepStrictEqual([alone.hash, alone.bundle, alone.limits.memoryMb], [bundle.hash, null, 32])
      assert.strictEqual(alone.bytes, (yield* Effect.promise(() => readFile(component))).byteLength)
    })
  )

  it.live("says so to people in lines, and what is left out", () =>
    Effect.gen(function* () {
      const { bundleFile, contentHash } = yield* builtSample
      const { out, text } = yield* inspected(["inspect", bundleFile])
      assert.match(out[0] ?? "", /^at most, here reads clients and services$/)
      assert.include(text, `\nbundle        ${contentHash}, `)
      assert.match(text, /^can use {7}.*\bcap:client\.read\b.*\bcap:service\.read\b/m)
      assert.match(text, /\nlimits {8}timeoutMs \d+(, \w+ \d+)+$/)
      assert.match(text, /^component {5}sha256:[0-9a-f]{64}, \d+ bytes$/m)
      const absent = yield* inspected(["inspect", "/nowhere/main.wasm"])
      assert.deepStrictEqual(
        [absent.code, absent.errors],
        [2, "alga-extension-runner: /nowhere/main.wasm cannot be read\n"]
      )
    })
  )

  it.live("says why a component would be refused", () =>
    Effect.gen(function* () {
      const file = join(yield* temporary, "main.wasm")
      yield* Effect.promise(() => writeFile(file, "not WebAssembly"))
      const { code, errors } = yield* inspected(["inspect", file])
      assert.strictEqual(code, 1)
      assert.match(errors, /^(checking the component …\n)?alga-extension-runner: not a WebAssembly component\n$/)
    })
  )
})

describe("config", () => {
  it.live("prints every setting, and nothing secret", () =>
    Effect.gen(function* () {
      const file = join(yield* temporary, "runner.json")
      yield* Effect.promise(() =>
        writeFile(file, JSON.stringify({ PORT: 9000, DATABASE_URL: "postgres://a:hush@b/c" }))
      )
      const env = { RUNNER_SERVICE_TOKEN: "hush".repeat(4), BUNDLE_STORE_BASE: "/bundles" }
      const { code, errors, rows, text } = yield* configured(["config", "--config", file, "--json"], env)
      assert.deepStrictEqual([code, errors], [0, ""])
      assert.notInclude(text, "hush")
      const printed = rows()
      const settings = Object.fromEntries(printed.map((one) => [one.name, one]))
      const ports = Object.fromEntries(printed.map((one) => [one.port, one]))
      assert.deepInclude(ports["secrets"], { open: true })
      const why = "STORAGE_API_BASE_URL and REGISTRY_BASE_URL are not set"
      assert.deepInclude(ports["storage"], { open: false, why })
      assert.deepInclude(settings["PORT"], { value: "9000", source: "file", unit: "port" })
      assert.deepInclude(settings["DATABASE_URL"], { value: "<redacted>", source: "file" })
      assert.deepInclude(settings["RUNNER_SERVICE_TOKEN"], { value: "<redacted>", source: "environment" })
    })
  )

  it.live("prints no byte of any secret, as lines and as a table, be they right or wrong", () =>
    Effect.gen(function* () {
      const secrets = settingNames.filter((name) => aboutSetting(name).secret)
      for (const value of ["hush".repeat(10), "postgres://hush:hush@hush/hush"]) {
        const env = Object.fromEntries([...secrets, "BUNDLE_STORE_BASE"].map((name) => [name, value]))
        for (const args of [["config", "--json"], ["config"]]) {
          const { errors, text } = yield* configured(args, { ...env, BUNDLE_STORE_BASE: "https://a:hush@b" })
          assert.notInclude(text + errors, "hush")
          for (const name of secrets) assert.include(text, name)
        }
      }
    })
  )

  it.live("loses nothing of what it prints to a reader who stands still for a while", () =>
    Effect.gen(function* () {
      const prompt = yield* configured(["config", "--json"])
      const running = yield* program(["config", "--json"])
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3_000)
      const late = yield* Effect.promise(() => Array.fromAsync(running.lines))
      assert.deepStrictEqual(late, prompt.out)
    })
  )

  it.live("names what is wrong in one line, prints the rest, and exits with 2", () =>
    Effect.gen(function* () {
      const { code, errors, out } = yield* configured(["config"], { PORT: "many", ALGA_EXTENSION_RUNNER_LIMIT: "1" })
      assert.strictEqual(code, 2)
      assert.isAbove(out.length, 20)
      assert.match(errors, /^alga-extension-runner: ALGA_EXTENSION_RUNNER_LIMIT is not a setting.*PORT must be.*\n$/)
    })
  )
})

describe("--completions", () => {
  it.live("knows every command, whichever it is asked beside", () =>
    Effect.gen(function* () {
      const { code, text } = yield* run(["serve", "--completions", "bash"])
      for (const name of ["serve", "execute", "inspect", "config", "db", "triggers", "access"]) {
        assert.include(text, name)
      }
      assert.strictEqual(code, 0)
    })
  )
})
