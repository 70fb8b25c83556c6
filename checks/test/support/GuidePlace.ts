import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { delimiter, dirname, join } from "node:path"
import { type Dataset, ids, seed } from "@alga-psa/ext-adapters-memory"
import { createTables, load } from "@alga-psa/ext-adapters-pg/Fixture"
import { testDatabase } from "@alga-psa/ext-adapters-pg/testing/TestDatabase"
import { buildSample } from "@alga-psa/ext-sample-extension"
import { PgClient } from "@effect/sql-pg"
import { Effect, Exit, Redacted, Scope } from "effect"
import { root } from "../../src/documents/Pages.ts"
import type { Place } from "../../src/documents/Shell.ts"

/** The name of the runner's program in guides. */
export const program = "alga-extension-runner"

/** Where a guide for operators is followed: a database with one install of the sample, its bundle in a store, and the program. */
export interface GuidePlace {
  /** The database, with its owner's login. */
  readonly url: string
  readonly folder: string
  readonly place: Place
  readonly onDatabase: (use: Effect.Effect<unknown, unknown, PgClient.PgClient>) => Promise<unknown>
  readonly remove: () => Promise<void>
}

/** Makes such a place. The one install may be changed on its way into the database. */
export const guidePlace = async (
  change: (install: Dataset["tenant_extension_install"][number]) => Dataset["tenant_extension_install"][number] = (
    install
  ) => install
): Promise<GuidePlace> => {
  const scope = Scope.makeUnsafe()
  const url = Redacted.value(await Effect.runPromise(Scope.provide(testDatabase, scope)))
  const folder = await mkdtemp(join(tmpdir(), "alga-guide-"))
  const onDatabase: GuidePlace["onDatabase"] = (use) =>
    Effect.runPromise(Effect.provide(use, PgClient.layer({ url: Redacted.make(url), maxConnections: 1 })))
  const [tenant, extension] = [ids.tenants.acme, ids.extensions.full]
  const { bundleFile, contentHash } = await buildSample()
  const hash = contentHash.replace("sha256:", "")
  const rows = seed({ contentHash: hash })
  const installs = rows.tenant_extension_install.filter(({ id }) => id === ids.installs.full).map(change)
  await onDatabase(Effect.andThen(createTables, load({ ...rows, tenant_extension_install: installs })))
  const stored = join(folder, `bundles/tenants/${tenant}/extensions/${extension}/sha256/${hash}/bundle.tar.zst`)
  await mkdir(dirname(stored), { recursive: true })
  await cp(bundleFile, stored)
  const bin = join(folder, "bin")
  await mkdir(bin)
  await writeFile(join(bin, program), `#!/bin/sh\nexec node '${join(root, "packages/runner/src/main.ts")}' "$@"\n`)
  await chmod(join(bin, program), 0o755)
  const env = {
    PATH: [bin, dirname(process.execPath), process.env["PATH"]].join(delimiter),
    DATABASE_ADMIN_URL: url,
    EXT_CACHE_ROOT: join(folder, "cache"),
    // No command fails because the machine is busy.
    DATABASE_CONNECT_TIMEOUT: "1 minute",
    DATABASE_STATEMENT_TIMEOUT: "1 minute",
    ALGA_EXTENSION_RUNNER_LIMIT_TIMEOUT_MS: "120000",
    TENANT: tenant,
    EXTENSION: extension,
    INSTALL: ids.installs.full,
    HASH: hash,
    FOR_USER: ids.users.admin
  }
  const remove = async () => {
    await Effect.runPromise(Scope.close(scope, Exit.void))
    await rm(folder, { recursive: true, force: true })
  }
  return { url, folder, place: { folder, env }, onDatabase, remove }
}
