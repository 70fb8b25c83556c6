import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { delimiter, dirname, join } from "node:path"
import { ids, seed } from "@alga-psa/ext-adapters-memory"
import { createTables, load } from "@alga-psa/ext-adapters-pg/Fixture"
import { testDatabase } from "@alga-psa/ext-adapters-pg/testing/TestDatabase"
import { buildSample } from "@alga-psa/ext-sample-extension"
import { PgClient } from "@effect/sql-pg"
import { Effect, Exit, Redacted, Scope } from "effect"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { blocksOf } from "../src/documents/Blocks.ts"
import { linesOf } from "../src/documents/Commands.ts"
import { type Page, pages, root } from "../src/documents/Pages.ts"
import { type Place, runScript, type Started, start } from "../src/documents/Shell.ts"
import type { Ended } from "../src/release/Commands.ts"

const guide = (await pages()).find(({ path }) => path === "docs/guides/switch-over.md") as Page
const blocks = blocksOf(guide)
const commands = blocks
  .filter(({ language }) => language === "sh")
  .flatMap((block) => linesOf(block).map((line) => ({ line, info: block.info })))

const program = "alga-extension-runner"
const install =
  "--tenant $TENANT --extension $EXTENSION --install $INSTALL --content-hash $HASH --user $FOR_USER --path /api/clients"
const grant = `${program} db grants apply --capability cap:service.read --all`

/** The names of settings that the guide's table gives, those that are here and not only in the product. */
const namedSettings = guide.text
  .split("\n")
  .filter((row) => row.startsWith("| `"))
  .map((row) => row.split("|").slice(1, 3))
  .flatMap(([product = "", here = ""]) => {
    const text = here.trim().startsWith("the same") ? product : here
    return Array.from(text.matchAll(/`([A-Z][A-Z0-9_]+)`/g), ([, name = ""]) => name)
  })

const says =
  (...texts: ReadonlyArray<string | RegExp>) =>
  ({ stderr, stdout }: Ended) => {
    for (const text of texts) assert.match(stdout + stderr, typeof text === "string" ? RegExp(text) : text)
  }

const listsClients = ({ stderr, stdout }: Ended) => {
  assert.match(stderr, /^status 200$/m)
  assert.isAbove(JSON.parse(stdout).items.length, 0)
}

/** Each command of the guide, in its order, and what its reader is told to see. */
const cases: ReadonlyArray<readonly [line: string, sees: (ended: Ended) => void]> = [
  [`${program} config --config runner.json`, says(...namedSettings, "storage")],
  [`${program} db role --name alga_ext_reader --print`, says("CREATE ROLE")],
  [`${program} db role --name alga_ext_reader --apply`, says(/may read (\d+) of the \1 columns/)],
  [`${program} db role --name alga_ext_reader --check`, says(/may read (\d+) of the \1 columns/)],
  [`${program} db plan`, says("missing")],
  [`${program} db apply`, says(": built")],
  [`${program} db check`, says("present")],
  [`${program} db installs check --config runner.json`, says("declared and not granted: cap:service.read")],
  [`${program} db grants check`, says("1 installs declare more than they were granted")],
  [grant, says("nothing was changed")],
  [`${grant} --yes`, says(ids.installs.full)],
  [`${program} db grants check`, says("")],
  [`${program} db installs check --config runner.json`, says("accepted")],
  [`${program} execute --config runner.json ${install}`, listsClients],
  [`${program} serve --config runner.json`, says("")],
  [`${program} execute --url http://127.0.0.1:8080 ${install}`, listsClients],
  [`${program} db drop`, says("missing")]
]

const scope = Scope.makeUnsafe()
const reader = `reader_${crypto.randomUUID().replaceAll("-", "")}`
const password = "a-password-of-this-test"
let url = ""
let folder = ""
let place: Place

const onDatabase = (use: Effect.Effect<unknown, unknown, PgClient.PgClient>) =>
  Effect.runPromise(Effect.provide(use, PgClient.layer({ url: Redacted.make(url), maxConnections: 1 })))

/** The settings of the guide, with the database, store and port of this test. */
const writeSettings = async () => {
  const shown = JSON.parse(blocks.find(({ info }) => info === "runner.json")?.text ?? "")
  const login = new URL(url)
  login.username = reader
  login.password = password
  const here = {
    HOST: "127.0.0.1",
    PORT: 0,
    DATABASE_URL: login.href,
    BUNDLE_STORE_BASE: join(folder, "bundles"),
    RUNNER_SERVICE_TOKEN: "a-token-of-this-test"
  }
  assert.containsAllKeys(shown, Object.keys(here))
  await writeFile(join(folder, "runner.json"), JSON.stringify({ ...shown, ...here }))
}

/** An install after the product's *Update*: its version declares what it was not granted. */
const updated = (contentHash: string) => {
  const rows = seed({ contentHash })
  return {
    ...rows,
    tenant_extension_install: rows.tenant_extension_install
      .filter(({ id }) => id === ids.installs.full)
      .map((row) => ({ ...row, granted_caps: ["cap:client.read"] }))
  }
}

beforeAll(async () => {
  url = Redacted.value(await Effect.runPromise(Scope.provide(testDatabase, scope)))
  folder = await mkdtemp(join(tmpdir(), "alga-switch-"))
  const [tenant, extension] = [ids.tenants.acme, ids.extensions.full]
  const { bundleFile, contentHash } = await buildSample()
  const hash = contentHash.replace("sha256:", "")
  await onDatabase(Effect.andThen(createTables, load(updated(hash))))
  const stored = join(folder, `bundles/tenants/${tenant}/extensions/${extension}/sha256/${hash}/bundle.tar.zst`)
  await mkdir(dirname(stored), { recursive: true })
  await cp(bundleFile, stored)
  const bin = join(folder, "bin")
  await mkdir(bin)
  await writeFile(join(bin, program), `#!/bin/sh\nexec node '${join(root, "packages/runner/src/main.ts")}' "$@"\n`)
  await chmod(join(bin, program), 0o755)
  await writeSettings()
  place = {
    folder,
    env: {
      PATH: [bin, dirname(process.execPath), process.env["PATH"]].join(delimiter),
      DATABASE_ADMIN_URL: url,
      DATABASE_READER_PASSWORD: password,
      EXT_CACHE_ROOT: join(folder, "cache"),
      // Each command is a program of its own, which starts faster once it was compiled.
      NODE_COMPILE_CACHE: join(folder, "compiled"),
      TENANT: tenant,
      EXTENSION: extension,
      INSTALL: ids.installs.full,
      HASH: hash,
      FOR_USER: ids.users.admin
    }
  }
}, 240_000)

const forgetReader = `DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = '${reader}') THEN DROP OWNED BY ${reader}; DROP ROLE ${reader}; END IF;
END $$`

afterAll(async () => {
  await onDatabase(Effect.flatMap(PgClient.PgClient, (sql) => sql.unsafe(forgetReader).unprepared))
  await Effect.runPromise(Scope.close(scope, Exit.void))
  await rm(folder, { recursive: true, force: true })
})

describe("The guide from the product's runner to this one and back", () => {
  it("shows no command that has no case here", () => {
    assert.deepEqual(
      commands.map(({ line }) => line),
      cases.map(([line]) => line)
    )
  })

  it("leads through the switch of an install that lost a right, command by command", { timeout: 300_000 }, async () => {
    let serving: Started | undefined
    let address = ""
    try {
      for (const [at, { info, line }] of commands.entries()) {
        const command = line.replaceAll("alga_ext_reader", reader).replace("http://127.0.0.1:8080", address)
        if (info === "serves") {
          serving = start(command, place)
          const ready = (await serving.until(/"the runner is ready"/)).at(-1) ?? ""
          address = JSON.parse(ready).annotations.address
          continue
        }
        const ended = await runScript(command, place)
        assert.strictEqual(ended.code, info === "fails" ? 1 : 0, `${line}\n${ended.stdout}\n${ended.stderr}`)
        cases[at]?.[1](ended)
      }
    } finally {
      await serving?.interrupt()
    }
  })
})
