import { type Dataset, ids } from "@alga-psa/ext-adapters-memory"
import { seedDatabase } from "@alga-psa/ext-development-host/EmbeddedRunner"
import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"

/** The tenant, extension and install that an extension under development has. */
export const place = { tenant: ids.tenants.acme, extension: ids.extensions.full, install: ids.installs.full } as const

/** What stands for the hash of a bundle where none was built. */
export const noBundle = "0".repeat(64)

/** Makes Alga's tables and fills them. */
export const prepare = (rows: Dataset) => seedDatabase(noBundle, rows)

const version = (sql: SqlClient) =>
  sql`(SELECT version_id FROM tenant_extension_install WHERE id = ${place.install}::uuid)`

/** Makes a bundle the released one of the extension, with what its manifest declares. */
export const release = Effect.fnUntraced(function* (contentHash: string, declared: ReadonlyArray<string>) {
  const sql = yield* SqlClient
  yield* sql`UPDATE extension_bundle SET content_hash = ${contentHash} WHERE version_id = ${version(sql)}`
  yield* sql`
    UPDATE extension_version SET capabilities = ${JSON.stringify(declared)}::jsonb WHERE id = ${version(sql)}`
})

/** Grants the install these capabilities and no others. */
export const grant = Effect.fnUntraced(function* (capabilities: ReadonlyArray<string>) {
  const sql = yield* SqlClient
  yield* sql`
    UPDATE tenant_extension_install SET granted_caps = ${JSON.stringify(capabilities)}::jsonb
    WHERE id = ${place.install}::uuid`
})
