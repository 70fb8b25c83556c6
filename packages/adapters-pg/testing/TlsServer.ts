import { chmod, chown, readFile, stat, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { PgClient } from "@effect/sql-pg"
import { Effect, Redacted } from "effect"
import { generate } from "selfsigned"
import type { DedicatedServer } from "./ServerBinaries.ts"

/** A certificate authority in files. */
export interface Authority {
  readonly file: string
  readonly cert: string
  readonly key: string
}

/** Makes a certificate authority in this folder. */
export const authority = (folder: string, name: string): Effect.Effect<Authority> =>
  Effect.promise(async () => {
    const { cert, private: key } = await generate([{ name: "commonName", value: name }], {
      extensions: [{ name: "basicConstraints", cA: true, critical: true }]
    })
    const file = join(folder, `${name}.crt`)
    await writeFile(file, cert)
    return { file, cert, key }
  })

/** A certificate for this name, which the authority signs. */
export const signedBy = ({ cert, key }: Authority, name: string) =>
  Effect.promise(() =>
    generate([{ name: "commonName", value: name }], {
      ca: { cert, key },
      extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: name }] }]
    })
  )

/** Has a server take TLS, with a certificate of the authority for `localhost`, and these lines before its `pg_hba.conf`. */
export const withTls = Effect.fnUntraced(function* (
  { dataDir, url }: DedicatedServer,
  issuer: Authority,
  rules: ReadonlyArray<string> = []
) {
  const { cert, private: key } = yield* signedBy(issuer, "localhost")
  yield* Effect.promise(async () => {
    // PostgreSQL takes no key that others may read.
    const { uid, gid } = await stat(dataDir)
    const owned = async (name: string, text: string) => {
      await writeFile(join(dataDir, name), text, { mode: 0o600 })
      await chmod(join(dataDir, name), 0o600)
      if (process.getuid?.() === 0) await chown(join(dataDir, name), uid, gid)
    }
    await owned("server.crt", cert)
    await owned("server.key", key)
    await owned("root.crt", issuer.cert)
    const before = await readFile(join(dataDir, "pg_hba.conf"), "utf8")
    await owned("pg_hba.conf", [...rules, before].join("\n"))
  })
  yield* Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    yield* sql`ALTER SYSTEM SET ssl = on`.unprepared
    yield* sql`ALTER SYSTEM SET ssl_ca_file = 'root.crt'`.unprepared
    yield* sql`SELECT pg_reload_conf()`.unprepared
  }).pipe(Effect.provide(PgClient.layer({ url: Redacted.make(url), maxConnections: 1 })))
  yield* Effect.repeat(
    Effect.flatMap(PgClient.PgClient, (sql) => sql<{ readonly ssl: string }>`SHOW ssl`).pipe(
      Effect.provide(PgClient.layer({ url: Redacted.make(url), maxConnections: 1 }))
    ),
    { until: ([row]) => row?.ssl === "on" }
  )
})
