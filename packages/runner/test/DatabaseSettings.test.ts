import { shownAddress } from "@alga-psa/ext-adapters-pg/DatabaseAddress"
import { assert, describe, it } from "@effect/vitest"
import { Redacted } from "effect"
import { databaseIn } from "../src/DatabaseSettings.ts"
import { settingNames } from "../src/Settings.ts"
import { settingsReport } from "../src/SettingsSource.ts"

const others = { RUNNER_SERVICE_TOKEN: "t".repeat(16), BUNDLE_STORE_BASE: "/bundles" }
const problems = (environment: Record<string, string>) => settingsReport({ ...others, ...environment }, {}).problems

const databases = (environment: Record<string, string>) => {
  const { problems, settings } = settingsReport({ ...others, ...environment }, {})
  assert.deepStrictEqual(problems, [])
  if (settings === null) throw new Error("no settings")
  const [main, replica, keys, cluster] = [
    databaseIn(settings, "DATABASE"),
    databaseIn(settings, "DATABASE_REPLICA"),
    databaseIn(settings, "IDEMPOTENCY_DATABASE"),
    databaseIn(settings, "DATABASE_CLUSTER")
  ]
  if (main === null) throw new Error("no database")
  return { main, replica, keys, cluster }
}

describe("A database of the settings", () => {
  it("is refused where its URL and a setting beside it contradict each other, and shows neither", () => {
    const url = "postgres://reader:s3cret@db/alga?sslmode=require"
    for (const [setting, value] of [
      ["DATABASE_HOST", "other"],
      ["DATABASE_NAME", "other"],
      ["DATABASE_USER", "other"],
      ["DATABASE_PASSWORD", "s3cret2"],
      ["DATABASE_SSLMODE", "disable"]
    ] as const) {
      assert.deepStrictEqual(problems({ DATABASE_URL: url, [setting]: value }), [
        `DATABASE_URL and ${setting} contradict each other: remove one of them`
      ])
    }
    assert.deepStrictEqual(problems({ DATABASE_URL: url, DATABASE_NAME: "alga", DATABASE_SSLMODE: "require" }), [])
  })

  it("is refused without a server", () => {
    assert.match(problems({}).join(), /^DATABASE_URL is not set: /)
    assert.include(
      problems({ DATABASE_USER: "reader" }).join(),
      "DATABASE_USER is set without a server: set DATABASE_HOST or DATABASE_URL too"
    )
    assert.deepStrictEqual(problems({ DATABASE_URL: "postgres://db/alga", DATABASE_CLUSTER_PASSWORD: "x" }), [
      "DATABASE_CLUSTER_PASSWORD is set without a server: set DATABASE_CLUSTER_HOST or DATABASE_CLUSTER_URL too"
    ])
  })

  it.each([
    ["postgres://app:s3cr#et@h/db", "is not the address of a PostgreSQL server: percent-encode the password"],
    ["postgres://h/db?sslmod=require", "has the parameter sslmod, which PostgreSQL does not have"],
    [
      "postgres://u:p@[bad",
      "is not the address of a PostgreSQL server: write it as postgres://user:password@host:5432/name"
    ],
    ["postgres:///db", "names no host: write its name, or ?host=/var/run/postgresql for the directory of a socket"]
  ])("is refused by the name of its setting, whichever it is: %s", (url, why) => {
    for (const name of ["DATABASE_URL", "DATABASE_REPLICA_URL", "IDEMPOTENCY_DATABASE_URL", "DATABASE_CLUSTER_URL"]) {
      const found = problems({ DATABASE_URL: "postgres://db/alga", [name]: url })
      assert.lengthOf(found, 1)
      assert.isTrue(found[0]?.startsWith(`${name} ${why}`), found[0])
      assert.notMatch(found.join(), /s3cr|\[bad/)
    }
  })

  it("is told by its parts, with or without a URL", () => {
    const { main } = databases({
      DATABASE_HOST: "db",
      DATABASE_PORT: "6432",
      DATABASE_NAME: "alga",
      DATABASE_USER: "reader",
      DATABASE_PASSWORD: "p@ss/w#rd"
    })
    assert.strictEqual(shownAddress(main), "db:6432/alga")
    assert.deepStrictEqual([main.user, main.password && Redacted.value(main.password)], ["reader", "p@ss/w#rd"])
    const filled = databases({ DATABASE_URL: "postgres://reader@db/alga", DATABASE_PASSWORD: "p@ss" }).main
    assert.deepStrictEqual([filled.user, filled.password && Redacted.value(filled.password)], ["reader", "p@ss"])
  })

  it("is one of four, each told in the same way, and verified as all of them are", () => {
    const { cluster, keys, main, replica } = databases({
      DATABASE_URL: "postgres://db/alga",
      DATABASE_REPLICA_HOST: "standby",
      DATABASE_REPLICA_NAME: "alga",
      IDEMPOTENCY_DATABASE_HOST: "/run/postgresql",
      IDEMPOTENCY_DATABASE_NAME: "keys",
      DATABASE_CLUSTER_URL: "postgres://c1,c2/cluster?sslmode=verify-ca",
      DATABASE_CA_FILE: "/ca.crt"
    })
    assert.deepStrictEqual(
      [main, replica, keys, cluster].map((one) => one && shownAddress(one)),
      ["db:5432/alga", "standby:5432/alga", "/run/postgresql:5432/keys", "c1:5432,c2:5432/cluster"]
    )
    assert.deepStrictEqual(
      [main, replica, cluster].map((one) => [one?.tls.mode, one?.tls.ca]),
      [
        ["verify-full", "/ca.crt"],
        ["verify-full", "/ca.crt"],
        ["verify-ca", "/ca.crt"]
      ]
    )
    assert.strictEqual(databases({ DATABASE_URL: "postgres://db/alga" }).main.tls.mode, "prefer")
  })

  it("has the same settings as each other", () => {
    const parts = (name: string) =>
      settingNames
        .filter((one) => new RegExp(`^${name}_(URL|HOST|PORT|NAME|USER|PASSWORD)$`).test(one))
        .map((one) => one.slice(name.length))
    for (const name of ["DATABASE_REPLICA", "IDEMPOTENCY_DATABASE", "DATABASE_CLUSTER"]) {
      assert.deepStrictEqual(parts(name), parts("DATABASE"))
    }
    assert.lengthOf(parts("DATABASE"), 6)
  })
})
