import { assert, describe, it } from "@effect/vitest"
import { Redacted, Result } from "effect"
import { databaseAddress, parametersOf, shownAddress } from "../src/DatabaseAddress.ts"

const read = (url: string) => Result.map(parametersOf(url), (parameters) => Object.fromEntries(parameters))
const problem = (url: string) => Result.getOrThrow(Result.flip(databaseAddress(url)))
const address = (url: string) => Result.getOrThrow(databaseAddress(url))

/** What PostgreSQL's own tests of URIs say (src/interfaces/libpq/t/001_uri.pl). */
const asLibpq: ReadonlyArray<readonly [string, Readonly<Record<string, string>>]> = [
  [
    "postgresql://uri-user:secret@host:12345/db",
    { user: "uri-user", password: "secret", dbname: "db", host: "host", port: "12345" }
  ],
  ["postgresql://uri-user@host:12345/db", { user: "uri-user", dbname: "db", host: "host", port: "12345" }],
  ["postgresql://host/db", { dbname: "db", host: "host" }],
  ["postgresql://uri-user@host/", { user: "uri-user", host: "host" }],
  ["postgresql://uri-user@", { user: "uri-user" }],
  ["postgresql://host:12345", { host: "host", port: "12345" }],
  ["postgresql://", {}],
  ["postgresql://%68ost/", { host: "host" }],
  ["postgresql://host/db?user=uri-user&port=12345", { dbname: "db", host: "host", user: "uri-user", port: "12345" }],
  ["postgresql://host/db?u%73er=other&port=12345", { dbname: "db", host: "host", user: "other", port: "12345" }],
  ["postgresql://host:12345?user=uri-user", { host: "host", port: "12345", user: "uri-user" }],
  ["postgresql://host?", { host: "host" }],
  ["postgresql://[::1]:12345/db", { dbname: "db", host: "::1", port: "12345" }],
  ["postgresql://[2001:db8::1234]/", { host: "2001:db8::1234" }],
  ["postgres:///db", { dbname: "db" }],
  ["postgres://uri-user@/db", { user: "uri-user", dbname: "db" }],
  ["postgres://?host=/path/to/socket/dir", { host: "/path/to/socket/dir" }],
  ["postgres://@host", { host: "host" }],
  ["postgres://host:/", { host: "host" }],
  ["postgres://:12345/", { port: "12345" }],
  ["postgres://otheruser@/?host=/no/such/directory", { user: "otheruser", host: "/no/such/directory" }],
  [
    "postgres://otheruser@:12345/db?host=/path/to/socket",
    { user: "otheruser", dbname: "db", host: "/path/to/socket", port: "12345" }
  ],
  ["postgres://%2Fvar%2Flib%2Fpostgresql/dbname", { dbname: "dbname", host: "/var/lib/postgresql" }],
  ["postgresql://host?sslmode=verify-full", { host: "host", sslmode: "verify-full" }],
  ["postgres://h1,h2:5433,[::1]/db", { host: "h1,h2,::1", port: ",5433,", dbname: "db" }],
  ["postgres://host/db?ssl=true", { host: "host", dbname: "db", sslmode: "require" }],
  ["postgres://u:p%40s%2Fs%23%3F+w@host/d%62", { user: "u", password: "p@s/s#?+w", host: "host", dbname: "db" }],
  [
    "postgres://u:p:w@host/db?application_name=a@b+c",
    {
      user: "u",
      password: "p:w",
      host: "host",
      dbname: "db",
      application_name: "a@b+c"
    }
  ]
]

describe("The URL of a database", () => {
  it.each(asLibpq)("is read as libpq reads it: %s", (url, expected) => {
    assert.deepStrictEqual(read(url), Result.succeed(expected))
  })

  it.each([
    "postgre://",
    "mysql://host/db",
    "postgres://[::1",
    "postgres://[]",
    "postgres://[::1]z",
    "postgresql://host?zzz",
    "postgresql://host?key=key=value",
    "postgres://host?dbname=%XXfoo",
    "postgresql://a%00b",
    "postgresql://%zz",
    "postgresql://%1",
    "postgresql://%",
    "postgresql://%ff",
    "postgresql://host?uzer=",
    "postgresql://host/db?u%7aer=someotheruser&port=12345",
    "postgres://h ost/db",
    "postgres://host/db#x",
    "x"
  ])("is refused where libpq refuses it, or where it holds what is not encoded: %s", (url) => {
    assert.isTrue(Result.isFailure(read(url)))
  })

  it.each([
    "postgres://app:s3cr#et@h/db",
    "postgres://app:s3cr/et@h/db",
    "postgres://app:s3cr?et@h/db",
    "postgres://app:s3cr@et@h/db",
    "postgres://app:s3cr et@h/db",
    "postgres://app:12/s3cr-et@h/db",
    "postgres://app:12?s3cret=x@h/db",
    "postgres://app:12?s3cret@h/db",
    "postgres://app:12?sslmode=s3cret@h/db",
    "postgres://app:s3cret%@h/db",
    "postgres://app:s3cret@h:s3cret/db",
    "postgres://app@h/db?password=s3cret&sslmode=s3cret",
    "postgres://app@h/db?password=s3cret&s3cretword_1=1",
    "postgres://app@h/db?password=s3&password=cret",
    "postgres://app@h/db?password=s3&cret=1",
    "postgres://app@h/db?password=s3&cret",
    "postgres://app@h/db?sslpassword=s3&cret=1",
    "postgres://app@h/db?p%61ssword=s3&cret=1",
    "s3cret"
  ])("shows no byte of a password where it is refused: %s", (url) => {
    assert.notMatch(problem(url), /s3cr|et(?![a-z])/)
  })

  it.each([
    ["postgres://app:s3cr#et@h/db", "is not the address of a PostgreSQL server: percent-encode the password"],
    [
      "postgres://h/db?sslmod=require",
      "has the parameter sslmod, which PostgreSQL does not have: correct it, or take it out"
    ],
    ["postgres://h/db?ssl=1", "has the parameter ssl: write sslmode=require, or better sslmode=verify-full"],
    [
      "postgres://h/db?requiressl=1",
      "has the parameter requiressl: write sslmode=require, or better sslmode=verify-full"
    ],
    ["postgres://h/db?hostaddr=127.0.0.1", "has the parameter hostaddr, which is not supported: take it out"],
    ["postgres://h/db?channel_binding=require", /^has channel_binding, which must be disable or prefer: /],
    ["postgres://h/db?target_session_attrs=read-write", /^has target_session_attrs, which must be any: /],
    ["postgres://h/db?sslmode=on", /^has sslmode, which must be one of disable, allow, prefer, /],
    ["postgres://h/db?connect_timeout=0", /^has connect_timeout, which must be a whole number of seconds, 1 to 600/],
    ["postgres://h/db?sslmode=disable&sslmode=require", "gives two values for sslmode: take one of them out"],
    ["postgres://h1/db?host=h2", "gives two values for host: take one of them out"],
    ["postgres://u@h/db?user=v", "gives two values for user: take one of them out"],
    ["postgres://h/db?ssl=true&sslmode=disable", "gives two values for sslmode: take one of them out"],
    ["postgres:///db", /^names no host: write its name, or \?host=/],
    ["postgres://h1,,h2/db", /^names no host/],
    ["postgres://h:0/db", "has an invalid port: it must be 1 to 65535"],
    ["postgres://h:65536/db", "has an invalid port: it must be 1 to 65535"],
    ["postgres://h1,h2,h3/db?port=1,2", "has a different number of ports and hosts"],
    ["postgres://h/db?sslrootcert=system&sslmode=require", "has sslrootcert=system, which needs sslmode=verify-full"],
    ["postgres://h/db?sslnegotiation=direct", "has sslnegotiation=direct, which needs sslmode=require or stricter"],
    ["postgres://h/db?sslmode=verify-ca", "has sslmode=verify-ca, which needs sslrootcert, the file of your authority"],
    ["postgres://h/db?sslrootcert=", "has sslrootcert, which must be the file of your authority, or be taken out"],
    [
      "postgres://h/db?ssl_min_protocol_version=TLSv1.3&ssl_max_protocol_version=TLSv1.2",
      "has ssl_min_protocol_version above ssl_max_protocol_version"
    ],
    ...[
      "a%20b",
      "h:5432",
      "u@h",
      "app:s3cret@h",
      "postgres://app:s3cret@h/db",
      "//app:s3cret@h/db",
      "@app:s3cret@h",
      "h,app:s3cret@h"
    ].map(
      (host) =>
        [
          `postgres:///db?host=${host}`,
          "has an invalid host: give a name, an address, or the directory of a socket"
        ] as const
    ),
    ["postgres://h/db?sslcert=/a", "has one of sslcert and sslkey, which belong together"]
  ] as const)("says what is wrong and what to do: %s", (url, expected) => {
    if (typeof expected === "string") assert.strictEqual(problem(url), expected)
    else assert.match(problem(url), expected)
  })

  it("has libpq's defaults, and verifies in full against a root that is named", () => {
    const { database, hosts, password, tls, user } = address("postgres://someone@h")
    assert.deepStrictEqual([hosts, database, user, password], [[{ name: "h", port: 5432 }], "someone", "someone", null])
    assert.strictEqual(tls.mode, "prefer")
    assert.strictEqual(address("postgres://h/db?sslrootcert=/ca.crt").tls.mode, "verify-full")
    assert.strictEqual(address("postgres://h/db?sslrootcert=/ca.crt&sslmode=require").tls.mode, "require")
  })

  it("may name several hosts, with a port each or one for all, and a socket in place of localhost", () => {
    assert.strictEqual(shownAddress(address("postgres://u:p@h1,[::1]:5433/db")), "h1:5432,[::1]:5433/db")
    assert.strictEqual(shownAddress(address("postgres://h1,h2/db?port=6432")), "h1:6432,h2:6432/db")
    assert.strictEqual(shownAddress(address("postgres://u@localhost/db?host=/run/pg")), "/run/pg:5432/db")
    assert.strictEqual(shownAddress(address("postgres://u@/db?host=/run/pg")), "/run/pg:5432/db")
    for (const name of ["db_1.svc.cluster.local.", "127.0.0.1", "fe80::1%25eth0", "/run/a%20b@c:d", "@run/pg", "@pg"]) {
      assert.lengthOf(address(`postgres://u@/db?host=${name}`).hosts, 1)
    }
  })

  it("shows its secrets to nobody who prints it", () => {
    const whole = address("postgres://u:hush@h/db?sslcert=/c&sslkey=/k&sslpassword=hush")
    assert.strictEqual(whole.password === null ? "" : Redacted.value(whole.password), "hush")
    assert.notInclude(JSON.stringify(whole), "hush")
  })
})
