import { createHash } from "node:crypto"
import { cp, mkdir, readFile, symlink, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { ids, seed } from "@alga-psa/ext-adapters-memory"
import { createTables, load } from "@alga-psa/ext-adapters-pg/Fixture"
import { testDatabase } from "@alga-psa/ext-adapters-pg/testing/TestDatabase"
import { PgClient } from "@effect/sql-pg"
import { Effect, Exit, Redacted, Scope } from "effect"
import { afterAll, assert, beforeAll, describe, expect, it } from "vitest"
import { linesOf, namedCommands } from "../src/documents/Commands.ts"
import { type FreshCopy, freshCopy } from "../src/documents/FreshCopy.ts"
import { pages, root } from "../src/documents/Pages.ts"
import { blocksFor } from "../src/documents/Proofs.ts"
import { ruledCommands, type StandIns, scriptOf } from "../src/documents/Script.ts"
import { type Place, runScript, start } from "../src/documents/Shell.ts"

const all = await pages()
const mine = (language: string) => blocksFor("checks/test/commands.integration.test.ts", all, language)
const blocks = mine("sh").map((block) => ({ ...block, where: `${block.page}:${block.line}` }))
const named = [...new Set(all.flatMap(namedCommands))]
const ruled = ruledCommands([...blocks.flatMap(linesOf), ...named])
const commandsThat = (proof: (typeof ruled)[number]["rule"]["proof"]) =>
  ruled.filter(({ rule }) => rule.proof === proof)
/** The first command in a fresh copy, which installs what it needs. */
const first = "npx --yes pnpm@12 build"
const pnpm = process.env["npm_execpath"] ?? ""
/** Bash that stands before every other command: it runs pnpm by the program around these tests, which `npx` takes a second to find. */
const byPnpm = pnpm.endsWith("pnpm")
  ? `npx() { if [[ "$1 $2" == "--yes pnpm@12" ]]; then shift 2; "${pnpm}" "$@"; else command npx "$@"; fi; }\n`
  : ""
const inBlocks = new Set([first, ...blocks.flatMap(linesOf)])
const asWritten = named.filter((line) => ruledCommands([line]).length === 0 && !inBlocks.has(line))

const scope = Scope.makeUnsafe()
const reader = `reader_${crypto.randomUUID().replaceAll("-", "")}`
let copy: FreshCopy
let standIns: StandIns
let url = ""

/** An extension that `alga-ext new` started, where the packages of the copy count as installed. */
const extension = () => join(copy.folder, "checks/.cache/my-extension")

const isOfExtension = (page: string) =>
  page === "packages/create-alga-extension/template/README.md" || page === "docs/development-host.md"

const settings = () => ({
  DATABASE_URL: url,
  RUNNER_SERVICE_TOKEN: "a-token-of-this-test",
  BUNDLE_STORE_BASE: join(copy.folder, ".cache/bundles")
})

const placeOf = (page: string): Place => ({
  folder: isOfExtension(page) ? extension() : copy.folder,
  env: {
    ...settings(),
    DATABASE_ADMIN_URL: url,
    EXT_CACHE_ROOT: join(copy.folder, ".cache/runner"),
    // What one command made is there for those after it.
    ALGA_KEPT_COMPONENTS: join(copy.folder, ".cache/components"),
    ALGA_KEPT_DATABASES: join(copy.folder, ".cache/databases")
  }
})

const done = async (script: string, place: Place) => {
  const ended = await runScript(script === first ? script : byPnpm + script, place)
  assert.strictEqual(ended.code, 0, `${script}\n${ended.stdout}\n${ended.stderr}`)
  return ended.stdout
}

const onDatabase = (use: Effect.Effect<unknown, unknown, PgClient.PgClient>) =>
  Effect.runPromise(Effect.provide(use, PgClient.layer({ url: Redacted.make(url), maxConnections: 1 })))

/** What `request.json` and `dist/main.wasm` stand for in the pages: an execution of the sample, and its component. */
const prepare = async () => {
  const built = join(copy.folder, "packages/sample-extension/dist")
  const bundle = join(built, "bundle.tar.zst")
  const hash = createHash("sha256")
    .update(await readFile(bundle))
    .digest("hex")
  await onDatabase(Effect.andThen(createTables, load(seed({ contentHash: hash }))))
  const [tenant, registry, install] = [ids.tenants.acme, ids.extensions.full, ids.installs.full]
  const stored = join(
    copy.folder,
    `.cache/bundles/tenants/${tenant}/extensions/${registry}/sha256/${hash}/bundle.tar.zst`
  )
  await mkdir(dirname(stored), { recursive: true })
  await cp(bundle, stored)
  await cp(join(built, "main.wasm"), join(copy.folder, "dist/main.wasm"))
  const context = { tenant_id: tenant, extension_id: registry, install_id: install, content_hash: hash, config: {} }
  const http = { method: "GET", path: "/api/overview", query: {}, headers: {} }
  const request = { context: { ...context, trigger: "schedule" }, http, limits: {} }
  await writeFile(join(copy.folder, "request.json"), JSON.stringify(request))
  await mkdir(dirname(extension()))
  await done("npx alga-ext new my-extension", { folder: dirname(extension()), env: {} })
  await symlink("../../node_modules", join(extension(), "node_modules"))
}

beforeAll(async () => {
  copy = await freshCopy()
  url = Redacted.value(await Effect.runPromise(Scope.provide(testDatabase, scope)))
  standIns = [
    ["alga_ext_reader", reader],
    ["DATABASE_READER_PASSWORD=…", "DATABASE_READER_PASSWORD=a-password-of-this-test"]
  ]
  await done(first, placeOf("README.md"))
  await prepare()
}, 600_000)

const forgetReader = `DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = '${reader}') THEN DROP OWNED BY ${reader}; DROP ROLE ${reader}; END IF;
END $$`

afterAll(async () => {
  await onDatabase(Effect.flatMap(PgClient.PgClient, (sql) => sql.unsafe(forgetReader).unprepared))
  await Effect.runPromise(Scope.close(scope, Exit.void))
  await copy.remove()
})

describe("The commands that pages show, in a fresh copy of the workspace", () => {
  it.each(blocks.filter((block) => scriptOf(block, []) !== ""))("run as they are written: $where", async (block) => {
    await done(scriptOf(block, standIns), placeOf(block.page))
  })

  it.each(asWritten)("run as sentences name them: %s", async (command) => {
    await done(command, placeOf("README.md"))
  })

  it.each(commandsThat("a shorter form of it runs"))("run in a shorter form: $runs", async ({ runs }) => {
    await done(runs, placeOf("CONTRIBUTING.md"))
  })

  it("are in `.ci/run` where it is said to run them", async () => {
    const ci = (await readFile(join(root, ".ci/run"), "utf8"))
      .split("\n")
      .map((line) => line.trim().replace(/^(\w+=\S+ )+/, ""))
    const claimed = commandsThat("`.ci/run` runs it").map(({ runs }) => runs)
    expect(ci).toEqual(expect.arrayContaining(claimed))
    assert.isAbove(claimed.length, 3)
  })

  it("are in a guide where one is said to run them", () => {
    const guides = blocksFor("packages/extension-cli/test/guides.e2e.test.ts", all, "sh").flatMap(linesOf)
    expect(guides).toEqual(expect.arrayContaining(commandsThat("a guide runs it").map(({ line }) => line)))
  })
})

interface Served {
  /** The line after which it answers. */
  readonly ready: RegExp
  readonly ask: (lines: ReadonlyArray<string>) => Promise<void>
}

/** The cases of the demo with their statuses, as the README shows them. */
const shownCases = (all.find(({ path }) => path === "README.md")?.text ?? "").matchAll(
  /^([a-z-]+) {2,}.* {2,}(\d{3})$/gm
)

const statusOf = async (address: string) => (await fetch(address)).status

const development: Served = {
  ready: /^Ready in/,
  ask: async (lines) => {
    const [, address = ""] = /^Open (http\S+)$/m.exec(lines.join("\n")) ?? []
    assert.strictEqual(await statusOf(address), 200)
  }
}

/** What pages promise of the commands that stay up. */
const served: ReadonlyMap<string, Served> = new Map([
  ["npx alga-ext dev", development],
  ["npm run dev", development],
  [
    "npx --yes pnpm@12 demo",
    {
      ready: /\/healthz$/,
      ask: async (lines) => {
        assert.match(lines.join("\n"), /^case +shows +request +status +body$/m)
        for (const [, name = "", status = ""] of shownCases) {
          assert.isTrue(
            lines.some((line) => line.startsWith(`${name} `) && line.includes(` ${status} `)),
            name
          )
        }
        const shown = lines.filter((line) => /^ {2}http/.test(line)).map((line) => line.trim())
        const statuses = await Promise.all(shown.map(async (url) => [new URL(url).pathname, await statusOf(url)]))
        const viewers = ["admin-user", "no-user", "user-without-permission", "portal-user", "no-grant"]
        assert.deepEqual(statuses, [
          ["/", 200],
          ...viewers.map((viewer) => [`/${viewer}`, 200]),
          ["/as/admin-user/api/clients", 200],
          ["/as/portal-user/api/clients", 200],
          ["/as/admin-user/api/services", 200],
          ["/as/no-grant/api/overview", 403],
          ["/healthz", 200]
        ])
        const index = await (await fetch(shown[0] ?? "")).text()
        assert.deepEqual(
          Array.from(index.matchAll(/href="\/([a-z-]+)"/g), ([, path]) => path),
          viewers
        )
      }
    }
  ],
  [
    "node packages/runner/src/main.ts serve",
    {
      ready: /"the runner is ready"/,
      ask: async (lines) => {
        const { address } = JSON.parse(lines.at(-1) ?? "").annotations
        const routes = ["healthz", "metrics", "openapi.json"].map((route) => `${address}/${route}`)
        assert.deepEqual(await Promise.all(routes.map(statusOf)), [200, 200, 200])
        // It says no where a part does not answer within 2 seconds, and is asked again.
        await expect.poll(() => statusOf(`${address}/readyz`)).toBe(200)
      }
    }
  ]
])

/** Where a command runs that stays up: a runner that serves has what its page says must be set, and no more. */
const placeOfServed = (line: string): Place => {
  if (line.endsWith(" serve")) return { folder: copy.folder, env: settings() }
  return placeOf(served.get(line) === development ? "docs/development-host.md" : "README.md")
}

describe("The commands that stay up", () => {
  it.each(commandsThat("it is started, asked and stopped"))(
    "answer until they are stopped: $runs",
    async ({ line, runs }) => {
      const running = start(byPnpm + runs, placeOfServed(line))
      try {
        const promise = served.get(line)
        assert.isDefined(promise, `say what to ask of ${line}`)
        await promise?.ask(await running.until(promise.ready))
      } finally {
        await running.interrupt()
      }
    }
  )

  it("serve with the settings that the page says must be set, and no others", () => {
    const start = all.find(({ path }) => path === "docs/start-a-runner.md")?.text ?? ""
    const [table = ""] = /These must be set:\n\n(?:\|.*\n)+/.exec(start) ?? []
    const names = Array.from(table.matchAll(/^\| `(\w+)`/gm), ([, name]) => name)
    assert.sameMembers(names, Object.keys(settings()))
  })
})
