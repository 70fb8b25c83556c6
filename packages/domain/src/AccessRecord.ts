import { JsonSchema, Schema } from "effect"
import { ExtensionId, InstallId, TenantId, UserId } from "./Identifiers.ts"

/** The version of {@link AccessRecord}. Within one version fields are only added, optional and last. */
const accessRecordVersion = 1

/** The operations of records that are no calls. */
export const accessOperations = { applied: "grants.apply", revoked: "grants.revoke", gap: "access.gap" } as const

/** Stands for a user who was erased. */
export const erasedUser = UserId.make("00000000-0000-0000-0000-000000000000")

const about = <S extends Schema.Top>(schema: S, description: string): S["Rebuild"] => schema.annotate({ description })

const count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/**
 * The record of one guarded call: who made it, for whom, and how it ended. It holds neither input nor result. The log
 * line `host call` has the same fields, in this order and of these types. Three operations are no calls: `grants.apply`
 * and `grants.revoke`, by which `db grants` changed an install, and `access.gap`, which stands for records that were
 * lost.
 */
export const AccessRecord = Schema.Struct({
  time: about(Schema.String, "When the call ended: ISO 8601, UTC, milliseconds").check(
    Schema.isPattern(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/)
  ),
  operation: about(Schema.String, "Such as clients.list; grants.apply, grants.revoke and access.gap are not calls"),
  outcome: about(
    Schema.String,
    "ok, capability-denied, rbac-denied, invalid-input, internal, interrupted, refused, or the interface's own error"
  ),
  capability: about(Schema.NullOr(Schema.String), "What the install needs for the call"),
  tenant: TenantId,
  extension: Schema.NullOr(ExtensionId),
  install: Schema.NullOr(InstallId),
  version: about(
    Schema.NullOr(Schema.String),
    "The id of the installed version, as the database has it; null if the install cannot be used"
  ),
  contentHash: about(Schema.NullOr(Schema.String), "SHA-256 of the archive that ran, in hexadecimal"),
  user: about(Schema.NullOr(UserId), "The user that it ran for; the nil UUID if that user was erased"),
  trigger: about(Schema.NullOr(Schema.String), "What started the execution, such as schedule or webhook"),
  requestId: about(
    Schema.NullOr(Schema.String),
    "The id of the request, by the word of the caller where it gave one; attempts of a kept trigger share it"
  ),
  source: Schema.optionalKey(
    about(Schema.Literals(["todays-runner"]), "Where the call came from, if not from an execution here")
  ),
  durationMs: about(Schema.Finite, "How long the call took, in milliseconds"),
  resultCount: Schema.optionalKey(about(count, "How many records were found or written; of a gap: how many were lost")),
  missing: Schema.optionalKey(about(Schema.String, "The capability or permission that is missing")),
  field: Schema.optionalKey(about(Schema.String, "The field of the input that breaks a rule")),
  why: Schema.optionalKey(about(Schema.String, "Which rule, or why it was denied. It repeats no value"))
})
export type AccessRecord = typeof AccessRecord.Type

/** A record that nobody made a call for. */
export const accessWithoutCall = (
  given: Pick<AccessRecord, "time" | "operation" | "outcome" | "tenant"> & Partial<AccessRecord>
): AccessRecord => ({
  capability: null,
  extension: null,
  install: null,
  version: null,
  contentHash: null,
  user: null,
  trigger: null,
  requestId: null,
  durationMs: 0,
  ...given
})

/** {@link AccessRecord} as JSON Schema (draft 2020-12). Its `$id` names the version. */
export const accessRecordSchema = (): Readonly<Record<string, unknown>> => {
  const { schema } = Schema.toJsonSchemaDocument(AccessRecord)
  return {
    $schema: JsonSchema.META_SCHEMA_URI_DRAFT_2020_12,
    $id: `urn:alga-psa:extension-access-record:${accessRecordVersion}`,
    title: "A guarded call of an Alga PSA extension",
    ...schema
  }
}
