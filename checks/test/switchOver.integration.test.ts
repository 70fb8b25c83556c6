import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { ids } from "@alga-psa/ext-adapters-memory"
import { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { blocksOf } from "../src/documents/Blocks.ts"
import { linesOf } from "../src/documents/Commands.ts"
import { type Page, pages } from "../src/documents/Pages.ts"
import { type Place, runScript, type Started, start } from "../src/documents/Shell.ts"
import type { Ended } from "../src/release/Commands.ts"
import { type GuidePlace, guidePlace, program } from "./support/GuidePlace.ts"

const guide = (await pages()).find(({ path }) => path === "docs/guides/switch-over.md") as Page
const blocks = blocksOf(guide)
const commands = blocks
  .filter(({ language }) => language === "sh")
  .flatMap((block) => linesOf(block).map((line) => ({ line, info: block.info })))

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
    for (const text of texts) assert.match(`${stdout}\n${stderr}`, typeof text === "string" ? RegExp(text) : text)
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

const reader = `reader_${crypto.randomUUID().replaceAll("-", "")}`
const password = "a-password-of-this-test"
let guidesPlace: GuidePlace
let place: Place

/** The settings of the guide, with the database, store and port of this test. */
const writeSettings = async ({ folder, url }: GuidePlace) => {
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

beforeAll(async () => {
  // As after the product's *Update*: the version declares what the install was not granted.
  guidesPlace = await guidePlace((install) => ({ ...install, granted_caps: ["cap:client.read"] }))
  place = { ...guidesPlace.place, env: { ...guidesPlace.place.env, DATABASE_READER_PASSWORD: password } }
  await writeSettings(guidesPlace)
}, 600_000)

const forgetReader = `DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = '${reader}') THEN DROP OWNED BY ${reader}; DROP ROLE ${reader}; END IF;
END $$`

afterAll(async () => {
  await guidesPlace.onDatabase(Effect.flatMap(PgClient.PgClient, (sql) => sql.unsafe(forgetReader).unprepared))
  await guidesPlace.remove()
})

describe("The guide from the product's runner to this one and back", () => {
  it("shows no command that has no case here", () => {
    assert.deepEqual(
      commands.map(({ line }) => line),
      cases.map(([line]) => line)
    )
  })

  it("leads through the switch of an install that lost a right, command by command", { timeout: 900_000 }, async () => {
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
