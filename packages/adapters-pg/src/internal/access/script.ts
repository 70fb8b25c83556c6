import type { RoleName } from "../../RoleName.ts"
import { accessColumnList, accessSchema, accessTable } from "./columns.ts"

const upkeep = `${accessSchema}.access_upkeep`

/**
 * Makes the partitions of the months around now, and drops those whose last day is older than the retention. It runs with the
 * rights of its owner, takes nothing from its caller, and gives nothing back.
 */
const upkeepFunction = `
CREATE OR REPLACE FUNCTION ${upkeep}() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET lock_timeout = '3s' AS $body$
DECLARE
  this_month timestamp := date_trunc('month', now() AT TIME ZONE 'UTC');
  month timestamp;
  part text;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('${accessSchema}'));
  FOR ahead IN -1..2 LOOP
    month := this_month + make_interval(months => ahead);
    part := 'access_record_' || to_char(month, 'YYYY_MM');
    IF to_regclass('${accessSchema}.' || part) IS NULL THEN
      EXECUTE format(
        'CREATE TABLE ${accessSchema}.%I PARTITION OF ${accessTable} FOR VALUES FROM (%L) TO (%L)',
        part, to_char(month, 'YYYY-MM-DD') || ' 00:00:00+00',
        to_char(month + interval '1 month', 'YYYY-MM-DD') || ' 00:00:00+00'
      );
    END IF;
  END LOOP;
  FOR part IN
    SELECT child.relname FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid
    WHERE inhparent = '${accessTable}'::regclass AND child.relname ~ '^access_record_[0-9]{4}_[0-9]{2}$'
  LOOP
    month := to_timestamp(right(part, 7), 'YYYY_MM')::date;
    IF month < this_month - interval '1 month'
      AND month + interval '1 month' <= (now() AT TIME ZONE 'UTC') - (SELECT retention FROM ${accessSchema}.access_setting)
    THEN
      EXECUTE format('DROP TABLE ${accessSchema}.%I', part);
    END IF;
  END LOOP;
END $body$`

/** Makes what is missing. */
export const tableStatements: ReadonlyArray<string> = [
  `CREATE TABLE IF NOT EXISTS ${accessTable} (
    runner uuid NOT NULL, sequence int8 NOT NULL, ${accessColumnList}, PRIMARY KEY (time, runner, sequence)
  ) PARTITION BY RANGE (time)`,
  `CREATE INDEX IF NOT EXISTS access_record_of_tenant ON ${accessTable} (tenant_id, time, runner, sequence)`,
  `CREATE TABLE IF NOT EXISTS ${accessSchema}.access_setting (
    one boolean PRIMARY KEY DEFAULT true CHECK (one), retention interval NOT NULL
  )`,
  upkeepFunction,
  `REVOKE ALL ON FUNCTION ${upkeep}() FROM PUBLIC`
]

/** Makes the partitions that are needed, and drops those that are too old. */
export const keepUp = `SELECT ${upkeep}()`

/** What the runner's login may do: add records, and have the months made. */
export const writerGrants = (role: RoleName): ReadonlyArray<string> => [
  `REVOKE ALL ON ALL TABLES IN SCHEMA ${accessSchema} FROM ${role}`,
  `GRANT USAGE ON SCHEMA ${accessSchema} TO ${role}`,
  `GRANT INSERT ON ${accessTable} TO ${role}`,
  `GRANT EXECUTE ON FUNCTION ${upkeep}() TO ${role}`
]

/** What the login may do that reads and exports. */
export const readerGrants = (role: RoleName): ReadonlyArray<string> => [
  `REVOKE ALL ON ALL TABLES IN SCHEMA ${accessSchema} FROM ${role}`,
  `REVOKE ALL ON FUNCTION ${upkeep}() FROM ${role}`,
  `GRANT USAGE ON SCHEMA ${accessSchema} TO ${role}`,
  `GRANT SELECT ON ${accessTable} TO ${role}`
]
