import { createTables } from "@alga-psa/ext-adapters-pg/Fixture"
import { readTables } from "@alga-psa/ext-adapters-pg/ReadColumns"
import { testDatabase } from "@alga-psa/ext-adapters-pg/testing/TestDatabase"
import { PgClient } from "@effect/sql-pg"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { pages } from "../src/documents/Pages.ts"
import { blocksFor } from "../src/documents/Proofs.ts"

const shown = blocksFor("checks/test/citus.integration.test.ts", await pages(), "sql").flatMap(({ text }) =>
  text
    .replaceAll(/^--.*$/gm, "")
    .split(";\n")
    .map((statement) => statement.trim())
    .filter((statement) => statement !== "")
)

/** As Citus's functions: they refuse a table or a column that is not there, and a distribution that does not match. */
const standIns = [
  "CREATE TABLE distributed (relation regclass PRIMARY KEY, kind regtype)",
  `CREATE FUNCTION create_reference_table(relation regclass) RETURNS void LANGUAGE sql AS
    'INSERT INTO distributed VALUES (relation, NULL)'`,
  `CREATE FUNCTION create_distributed_table(relation regclass, by text, colocate_with text DEFAULT 'default')
  RETURNS void LANGUAGE plpgsql AS $$
  DECLARE kind regtype;
  BEGIN
    SELECT atttypid::regtype INTO STRICT kind FROM pg_attribute WHERE attrelid = relation AND attname = by;
    IF colocate_with NOT IN ('default', 'none')
      AND (SELECT d.kind FROM distributed d WHERE d.relation = colocate_with::regclass) IS DISTINCT FROM kind
    THEN RAISE EXCEPTION '% is not distributed like %', colocate_with, relation; END IF;
    INSERT INTO distributed VALUES (relation, kind);
  END $$`
]

const layerDatabase = Layer.unwrap(Effect.map(testDatabase, (url) => PgClient.layer({ url, maxConnections: 1 })))

layer(Layer.provideMerge(Layer.effectDiscard(createTables), layerDatabase))("The commands for Citus", (it) => {
  it.effect("distribute every table that the statements read, by columns that are there", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      for (const statement of [...standIns, ...shown]) yield* sql.unsafe(statement).unprepared
      const found = yield* sql<{ readonly name: string }>`SELECT relation::text AS name FROM distributed`
      assert.includeMembers(
        found.map(({ name }) => name),
        readTables.map(({ table }) => table)
      )
    })
  )

  it.effect("are refused where a column is not there, and where tables do not lie together", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      for (const wrong of ["('tag_mappings', 'nobody')", "('tenant_extension_install', 'tenant_id', 'clients')"]) {
        const { cause } = yield* Effect.flip(sql.unsafe(`SELECT create_distributed_table${wrong}`).unprepared)
        assert.isDefined(cause)
      }
    })
  )
})
