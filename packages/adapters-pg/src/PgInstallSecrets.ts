import type { DataSourceError } from "@alga-psa/ext-domain/DataSourceError"
import type { InstallId, TenantId } from "@alga-psa/ext-domain/Identifiers"
import { Effect, Redacted, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { layerWithinTransaction, makeBoundTransaction } from "./internal/boundTransaction.ts"
import { type Placeholder, prepare } from "./internal/prepare.ts"
import { makeQuery } from "./internal/query.ts"
import type { ReadTable } from "./ReadColumns.ts"
import { ShortReads } from "./ShortReads.ts"

/** What a login needs beside the tables of the ports to read the sealed secrets of installs. */
export const secretTable: ReadTable = {
  table: "tenant_extension_install_secrets",
  tenant: { column: "tenant_id", type: "text" },
  columns: [
    "tenant_id",
    "install_id",
    "ciphertext",
    "algorithm",
    "transit_key",
    "transit_mount",
    "version",
    "expires_at"
  ]
}

const Row = Schema.Struct({
  ciphertext: Schema.String,
  algorithm: Schema.String,
  transit_key: Schema.NullOr(Schema.String),
  transit_mount: Schema.NullOr(Schema.String),
  version: Schema.NullOr(Schema.String),
  expires_at: Schema.NullOr(Schema.String)
})

/** An install's sealed secrets in the form of `secret_envelope`. */
export type StoredEnvelope = Redacted.Redacted<Readonly<Record<string, unknown>>>

/** Reads the sealed secrets of a tenant's install; null where it has none. */
export type ReadInstallSecrets = (
  tenant: TenantId,
  install: InstallId
) => Effect.Effect<StoredEnvelope | null, DataSourceError>

const envelopeOf = (row: typeof Row.Type): StoredEnvelope =>
  Redacted.make({
    ciphertext_b64: row.ciphertext,
    algorithm: row.algorithm,
    key_path: row.transit_key,
    mount: row.transit_mount,
    version: row.version,
    expires_at: row.expires_at
  })

const operation = "InstallSecrets.read"

/** Reads the sealed secrets of installs, one statement a call. The login needs the columns of {@link secretTable}. */
export const readInstallSecrets: Effect.Effect<ReadInstallSecrets, never, SqlClient> = Effect.gen(function* () {
  const sql = (yield* ShortReads) ?? (yield* SqlClient)
  const query = yield* makeQuery
  const statement = prepare(
    sql,
    (value: Placeholder<"tenant" | "install">) => sql`
      SELECT
        secret.ciphertext,
        secret.algorithm,
        secret.transit_key,
        secret.transit_mount,
        secret.version,
        to_char(secret.expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS expires_at
      FROM tenant_extension_install_secrets AS secret
      WHERE secret.tenant_id = ${value("tenant")}::text AND secret.install_id = ${value("install")}::uuid`
  )
  const toRows = query(operation, Row)
  return (tenant, install) =>
    Effect.map(toRows(statement({ tenant, install })), ([row]) => (row === undefined ? null : envelopeOf(row)))
})

/**
 * As {@link readInstallSecrets}, each read in a transaction of its own that tells the database the tenant, for databases with the
 * row level security of `TenantPolicies`. It works without them too.
 */
export const readInstallSecretsByTenant: Effect.Effect<ReadInstallSecrets, never, SqlClient> = Effect.gen(function* () {
  const read = yield* Effect.provide(readInstallSecrets, layerWithinTransaction)
  const bound = yield* makeBoundTransaction
  return (tenant, install) => bound(operation, { setting: "alga.tenant", value: tenant }, read(tenant, install))
})
