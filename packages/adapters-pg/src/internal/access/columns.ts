import type { AccessRecord } from "@alga-psa/ext-domain/AccessRecord"

/** The schema of the access records. The login that applies it owns it; no login of a runner does. */
export const accessSchema = "alga_extension_access"

/** The table of the access records. */
export const accessTable = `${accessSchema}.access_record`

/** The columns by the fields of a record, in their order. */
const accessColumns = {
  time: ["time", "timestamptz"],
  operation: ["operation", "text"],
  outcome: ["outcome", "text"],
  capability: ["capability", "text"],
  tenant: ["tenant_id", "uuid"],
  extension: ["extension_id", "uuid"],
  install: ["install_id", "uuid"],
  version: ["version", "text"],
  contentHash: ["content_hash", "text"],
  user: ["user_id", "uuid"],
  trigger: ["trigger", "text"],
  requestId: ["request_id", "text"],
  source: ["source", "text"],
  durationMs: ["duration_ms", "float8"],
  resultCount: ["result_count", "int4"],
  missing: ["missing", "text"],
  field: ["field", "text"],
  why: ["why", "text"]
} as const satisfies Readonly<Record<keyof AccessRecord, readonly [string, string]>>

const required: ReadonlySet<string> = new Set(["time", "operation", "outcome", "tenant_id", "duration_ms"])

/** What of a table's columns stands in its definition. */
export const accessColumnList = Object.values(accessColumns)
  .map(([name, type]) => `${name} ${type}${required.has(name) ? " NOT NULL" : ""}`)
  .join(", ")

const named = Object.entries(accessColumns)

/**
 * Inserts with the months around `when`. A time outside of them is that of their edge: a clock that is wrong stops no record.
 */
const insertAround = (when: string) => {
  const month = (ahead: number) =>
    `(date_trunc('month', ${when} AT TIME ZONE 'UTC') + interval '${ahead} months') AT TIME ZONE 'UTC'`
  const placed = `least(greatest(given.time, ${month(-1)}), ${month(2)} - interval '1 millisecond')`
  return `
  INSERT INTO ${accessTable} (runner, sequence, ${named.map(([, [column]]) => column).join(", ")})
  SELECT $2::uuid, $3::int8 + given.place - 1,
    ${named.map(([field]) => (field === "time" ? placed : `given."${field}"`)).join(", ")}
  FROM ROWS FROM (
    json_to_recordset($1::json) AS (${named.map(([field, [, type]]) => `"${field}" ${type}`).join(", ")})
  ) WITH ORDINALITY AS given (${named.map(([field]) => `"${field}"`).join(", ")}, place)
  ON CONFLICT DO NOTHING`
}

/**
 * Writes a JSON array of records ($1) of the process $2, numbered from $3 on. A record that is there already is left out, without
 * being read: the login may only insert.
 */
export const insertRecords = insertAround("now()")

/**
 * As {@link insertRecords}, as it would have been at the time $4: who writes the same records again says the same time, and
 * finds them though a month has turned.
 */
export const insertRecordsAsAt = insertAround("$4::timestamptz")

/** A time as ISO 8601 with microseconds. */
export const isoTime = (expression: string) =>
  `to_char(${expression} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`

/** The fields of a record, for a SELECT. */
export const selectedFields = [
  `${isoTime("time")} AS exact`,
  ...named.filter(([field]) => field !== "time").map(([field, [column]]) => `${column} AS "${field}"`)
].join(", ")
