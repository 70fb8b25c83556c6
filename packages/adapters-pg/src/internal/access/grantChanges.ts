import { accessOperations, accessWithoutCall } from "@alga-psa/ext-domain/AccessRecord"
import type { Capability } from "@alga-psa/ext-domain/Capability"
import { ExtensionId, InstallId, TenantId } from "@alga-psa/ext-domain/Identifiers"
import { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { hasAccessRecords } from "../../GrantLife.ts"
import { insertRecords } from "./columns.ts"
import { keepUp } from "./script.ts"

/** Whose grants changed. */
export interface ChangedInstall {
  readonly tenant: string
  readonly extension: string
  readonly install: string
  readonly versionId: string
  readonly contentHash: string | null
}

/** The records of capabilities that were granted or taken away. */
export const grantRecords = (
  { contentHash, extension, install, tenant, versionId }: ChangedInstall,
  changes: ReadonlyArray<Capability>,
  action: "apply" | "revoke"
) =>
  changes.map((capability) =>
    accessWithoutCall({
      time: new Date().toISOString(),
      operation: action === "apply" ? accessOperations.applied : accessOperations.revoked,
      outcome: "ok",
      capability,
      tenant: TenantId.make(tenant),
      extension: ExtensionId.make(extension),
      install: InstallId.make(install),
      version: versionId,
      contentHash
    })
  )

/** Keeps the records of a change of grants in the present transaction, where this database keeps such. */
export const noteGrants = Effect.fnUntraced(function* (
  about: ChangedInstall,
  changes: ReadonlyArray<Capability>,
  action: "apply" | "revoke"
) {
  if (changes.length === 0 || !(yield* hasAccessRecords)) return
  const sql = yield* PgClient.PgClient
  yield* sql.unsafe(keepUp)
  yield* sql.unsafe(insertRecords, [JSON.stringify(grantRecords(about, changes, action)), crypto.randomUUID(), 0])
})
