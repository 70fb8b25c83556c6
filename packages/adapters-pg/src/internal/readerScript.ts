import { Duration } from "effect"
import { secretTable } from "../PgInstallSecrets.ts"
import { type ReadTable, readTables } from "../ReadColumns.ts"
import type { RoleName } from "../RoleName.ts"

/** The login that reads. */
export interface ReaderOptions {
  readonly name: RoleName
  /** How many connections it may have at once. Default: no limit of its own. */
  readonly connectionLimit?: number
  /** How long the server may work on one of its statements. Default: 5 seconds. */
  readonly statementTimeout?: Duration.Duration
  /** Whether it may read the sealed secrets of installs, as for kept triggers. Default: false. */
  readonly secrets?: boolean
}

/** The tables that the login may read, and their columns. */
export const tablesOf = ({ secrets = false }: Pick<ReaderOptions, "secrets">): ReadonlyArray<ReadTable> =>
  secrets ? [...readTables, secretTable] : readTables

/** By this comment a later run knows a role that an earlier one made. */
const mark = "Reads clients and services for Alga PSA extensions. Made by alga-extension-runner db role."

const block = (body: string) => `DO $alga$\n${body}\n$alga$`

// Only attributes that are wrong are changed: an administrator who is no superuser may not even name some of them.
const create = (name: string) =>
  block(`DECLARE
  wrong text;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${name}') THEN
    CREATE ROLE ${name} LOGIN NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
    COMMENT ON ROLE ${name} IS '${mark}';
  ELSIF shobj_description((SELECT oid FROM pg_roles WHERE rolname = '${name}'), 'pg_authid') IS DISTINCT FROM '${mark}' THEN
    RAISE EXCEPTION 'the role ${name} exists and was not made by this command: choose another name' USING ERRCODE = '42710';
  END IF;
  SELECT concat_ws(' ',
    CASE WHEN NOT rolcanlogin THEN 'LOGIN' END, CASE WHEN rolinherit THEN 'NOINHERIT' END,
    CASE WHEN rolsuper THEN 'NOSUPERUSER' END, CASE WHEN rolcreatedb THEN 'NOCREATEDB' END,
    CASE WHEN rolcreaterole THEN 'NOCREATEROLE' END, CASE WHEN rolreplication THEN 'NOREPLICATION' END,
    CASE WHEN rolbypassrls THEN 'NOBYPASSRLS' END
  ) INTO wrong FROM pg_roles WHERE rolname = '${name}';
  IF wrong <> '' THEN
    EXECUTE 'ALTER ROLE ${name} ' || wrong;
  END IF;
END`)

const settings = (name: string, { connectionLimit = -1, statementTimeout = Duration.seconds(5) }: ReaderOptions) => [
  `ALTER ROLE ${name} CONNECTION LIMIT ${connectionLimit}`,
  `ALTER ROLE ${name} RESET ALL`,
  `ALTER ROLE ${name} SET default_transaction_read_only = on`,
  `ALTER ROLE ${name} SET statement_timeout = '${Duration.toMillis(statementTimeout)}ms'`,
  `ALTER ROLE ${name} SET idle_in_transaction_session_timeout = '10s'`,
  `ALTER ROLE ${name} SET search_path = public`
]

const leaveGroups = (name: string) =>
  block(`DECLARE
  held text;
BEGIN
  FOR held IN
    SELECT parent.rolname
    FROM pg_auth_members AS membership JOIN pg_roles AS parent ON parent.oid = membership.roleid
    WHERE membership.member = '${name}'::regrole
  LOOP
    EXECUTE format('REVOKE %I FROM ${name}', held);
  END LOOP;
END`)

/** Everything that was granted to the role itself in this database, by kind. */
const granted = (name: string) => `
    SELECT DISTINCT format('%s %I.%I', CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, nspname, relname) AS object
    FROM pg_class JOIN pg_namespace AS schema ON schema.oid = relnamespace,
      LATERAL (
        SELECT grantee FROM aclexplode(relacl)
        UNION ALL
        SELECT grantee FROM pg_attribute, aclexplode(attacl) WHERE attrelid = pg_class.oid
      ) AS acl
    WHERE acl.grantee = '${name}'::regrole
    UNION ALL
    SELECT format('ROUTINE %s', routine.oid::regprocedure)
    FROM pg_proc AS routine, aclexplode(proacl) AS acl WHERE acl.grantee = '${name}'::regrole
    UNION ALL
    SELECT format('SCHEMA %I', nspname)
    FROM pg_namespace, aclexplode(nspacl) AS acl WHERE acl.grantee = '${name}'::regrole
    UNION ALL
    SELECT format('DATABASE %I', datname)
    FROM pg_database, aclexplode(datacl) AS acl
    WHERE datname = current_database() AND acl.grantee = '${name}'::regrole`

const revokeAll = (name: string) =>
  block(`DECLARE
  held text;
BEGIN
  FOR held IN${granted(name)}
  LOOP
    EXECUTE format('REVOKE ALL ON %s FROM ${name} CASCADE', held);
  END LOOP;
END`)

const grants = ({ name, ...options }: ReaderOptions) => [
  block(`BEGIN
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO ${name}', current_database());
END`),
  `GRANT USAGE ON SCHEMA public TO ${name}`,
  ...tablesOf(options).map(({ table, columns }) => `GRANT SELECT (${columns.join(", ")}) ON public.${table} TO ${name}`)
]

/** What makes the role what it should be, whatever it was, in this order and in one transaction. */
export const readerScript = (options: ReaderOptions): ReadonlyArray<string> => [
  create(options.name),
  ...settings(options.name, options),
  leaveGroups(options.name),
  revokeAll(options.name),
  ...grants(options)
]

/** Gives the role the password whose verifier was set for this transaction. It appears in no statement's text. */
export const takePassword = (name: string): string =>
  block(`BEGIN
  EXECUTE format('ALTER ROLE ${name} PASSWORD %L', current_setting('alga.verifier'));
END`)
