import { RoleName } from "@alga-psa/ext-adapters-pg/RoleName"
import { PgClient } from "@effect/sql-pg"
import { Effect, Redacted } from "effect"

/** Runs statements on a database, by one connection. */
export const statements = (url: string, ...texts: ReadonlyArray<string>) =>
  Effect.flatMap(PgClient.PgClient, (sql) =>
    Effect.forEach(texts, (text) => sql.unsafe<Record<string, unknown>>(text).unprepared)
  ).pipe(Effect.provide(PgClient.layer({ url: Redacted.make(url), maxConnections: 1 })))

/** A name for a role, which is dropped with what it was granted when the scope closes. */
export const testRole = (url: string) =>
  Effect.acquireRelease(
    Effect.sync(() => RoleName.make(`role_${crypto.randomUUID().replaceAll("-", "")}`)),
    (name) =>
      Effect.orDie(
        Effect.andThen(
          Effect.ignore(statements(url, `DROP OWNED BY ${name}`)),
          statements(url, `DROP ROLE IF EXISTS ${name}`)
        )
      )
  )

/** The address of a database by another login. */
export const byLogin = (url: string, name: string, password: string): string => {
  const changed = new URL(url)
  changed.username = name
  changed.password = password
  return changed.href
}
