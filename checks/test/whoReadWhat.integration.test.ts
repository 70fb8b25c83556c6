import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { ids } from "@alga-psa/ext-adapters-memory"
import { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { blocksOf } from "../src/documents/Blocks.ts"
import { linesOf } from "../src/documents/Commands.ts"
import { type Page, pages } from "../src/documents/Pages.ts"
import { runScript } from "../src/documents/Shell.ts"
import type { Ended } from "../src/release/Commands.ts"
import { type GuidePlace, guidePlace, program } from "./support/GuidePlace.ts"

const guide = (await pages()).find(({ path }) => path === "docs/guides/who-read-what.md") as Page
const blocks = blocksOf(guide)
const commands = blocks.filter(({ language }) => language === "sh").flatMap(linesOf)

const says =
  (...texts: ReadonlyArray<RegExp>) =>
  ({ stderr, stdout }: Ended) => {
    for (const text of texts) assert.match(`${stdout}\n${stderr}`, text)
  }

const asked = "--config runner.json --tenant $TENANT"

/** Each command of the guide, in its order, and what its reader is told to see. */
const cases: ReadonlyArray<readonly [line: string, sees: (ended: Ended) => void]> = [
  [`${program} db access apply --writer alga_ext_access --reader alga_ext_auditor`, says(/present +90 days/)],
  [`${program} db access check`, says(/present/)],
  [
    `${program} execute --config runner.json --tenant $TENANT --extension $EXTENSION --install $INSTALL --content-hash $HASH --user $FOR_USER --path /api/overview`,
    says(/^status 200$/m)
  ],
  [
    `${program} access summary ${asked} --install $INSTALL --from '7 days'`,
    says(new RegExp(`clients\\.list +${ids.users.admin} +ok +1 `), /services\.list/)
  ],
  [
    `${program} access list ${asked} --install $INSTALL --from '7 days' --format csv`,
    says(/^time,operation,outcome,/, new RegExp(`,clients\\.list,ok,cap:client\\.read,${ids.tenants.acme},`))
  ],
  [
    `${program} db grants revoke --capability cap:service.read --install $INSTALL`,
    says(/without cap:service\.read 1 executions of the last 30 days would have been refused/, /nothing was changed/)
  ],
  [
    `${program} db grants check --code --config runner.json`,
    says(/cap:client\.read +yes +yes +elsewhere +yes +\d{4}-\d\d-\d\dT\S+ +1 +ok/)
  ],
  [
    `${program} access export ${asked} --user $FOR_USER --format json`,
    ({ stdout }) => {
      for (const line of stdout.trim().split("\n")) assert.strictEqual(JSON.parse(line).user, ids.users.admin)
    }
  ],
  [
    `${program} db access erase --tenant $TENANT --user $FOR_USER --yes`,
    says(/^[1-9]\d* records no longer name the user/)
  ]
]

const [writer, reader] = ["access", "auditor"].map((name) => `${name}_${crypto.randomUUID().replaceAll("-", "")}`)
const here = (text: string) =>
  text.replaceAll("alga_ext_access", `${writer}`).replaceAll("alga_ext_auditor", `${reader}`)
let guidesPlace: GuidePlace

const statements = (...texts: ReadonlyArray<string>) =>
  guidesPlace.onDatabase(
    Effect.flatMap(PgClient.PgClient, (sql) => Effect.forEach(texts, (text) => sql.unsafe(text).unprepared))
  )

/** The settings of the guide with this database, beside those of the runner. */
const writeSettings = async ({ folder, url }: GuidePlace) => {
  const shown: Readonly<Record<string, string>> = JSON.parse(
    blocks.find(({ info }) => info === "access.json")?.text ?? ""
  )
  const { host, pathname } = new URL(url)
  const logins = Object.entries(shown).map(([name, address]) => {
    const login = new URL(here(address))
    login.host = host
    login.pathname = pathname
    return [name, login.href]
  })
  const runner = {
    DATABASE_URL: url,
    BUNDLE_STORE_BASE: join(folder, "bundles"),
    RUNNER_SERVICE_TOKEN: "a-token-of-this-test"
  }
  await writeFile(join(folder, "runner.json"), JSON.stringify({ ...runner, ...Object.fromEntries(logins) }))
}

beforeAll(async () => {
  guidesPlace = await guidePlace()
  await writeSettings(guidesPlace)
}, 600_000)

afterAll(async () => {
  await statements(...[writer, reader].flatMap((role) => [`DROP OWNED BY ${role}`, `DROP ROLE ${role}`]))
  await guidesPlace.remove()
})

describe("The guide that shows who read what", () => {
  it("shows no command that has no case here", () => {
    assert.deepEqual(
      commands,
      cases.map(([line]) => line)
    )
  })

  it("answers an administrator's questions, command by command", { timeout: 900_000 }, async () => {
    const logins = blocks.filter(({ language }) => language === "sql").map(({ text }) => here(text))
    await statements(...logins.flatMap((text) => text.split(";")).filter((text) => text.trim() !== ""))
    for (const [line, sees] of cases) {
      const ended = await runScript(here(line), guidesPlace.place)
      assert.strictEqual(ended.code, 0, `${line}\n${ended.stdout}\n${ended.stderr}`)
      sees(ended)
    }
  })
})
