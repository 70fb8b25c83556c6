import { PgClient } from "@effect/sql-pg"
import { Effect, Redacted } from "effect"
import { layerAdmin } from "../src/AdminClient.ts"
import * as ReaderRole from "../src/ReaderRole.ts"
import { RoleName } from "../src/RoleName.ts"

/** A name for a role that no other test uses: roles belong to the server, not to a database. */
export const freshRole = (): RoleName => RoleName.make(`reader_${crypto.randomUUID().replaceAll("-", "")}`)

/** Ends the roles with the scope, before their database goes. */
export const dropped = (url: Redacted.Redacted, ...names: ReadonlyArray<RoleName>) =>
  Effect.addFinalizer(() =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      for (const name of names) {
        const found = yield* sql`SELECT FROM pg_roles WHERE rolname = ${name}`
        if (found.length === 0) continue
        yield* sql.unsafe(`REASSIGN OWNED BY ${name} TO CURRENT_USER`).unprepared
        yield* sql.unsafe(`DROP OWNED BY ${name}`).unprepared
        yield* sql.unsafe(`DROP ROLE ${name}`).unprepared
      }
    }).pipe(Effect.provide(layerAdmin(url)), Effect.orDie)
  )

/** The same database, as another user. */
export const as = (url: Redacted.Redacted, name: RoleName, password: string): Redacted.Redacted => {
  const changed = new URL(Redacted.value(url))
  changed.username = name
  changed.password = password
  return Redacted.make(changed.toString())
}

/** Makes the reading login on a database that has the tables, until the scope closes. */
export const reader = (url: Redacted.Redacted, options: Partial<ReaderRole.ReaderOptions> = {}) =>
  Effect.gen(function* () {
    const name = options.name ?? freshRole()
    const password = crypto.randomUUID()
    yield* dropped(url, name)
    const privileges = yield* ReaderRole.apply({ ...options, name, password: Redacted.make(password) }).pipe(
      Effect.provide(layerAdmin(url))
    )
    return { name, url: as(url, name, password), privileges }
  })

/** The SQLSTATE that a statement is refused with; null where it is not. */
export const refusal = <A, R>(run: Effect.Effect<A, { readonly reason: { readonly cause?: unknown } }, R>) =>
  Effect.match(run, {
    onFailure: ({ reason }) => String((reason.cause as { readonly code?: string }).code),
    onSuccess: () => null
  })
