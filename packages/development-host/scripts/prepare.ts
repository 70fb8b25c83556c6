import { copyFile, mkdir } from "node:fs/promises"
import { dirname, join } from "node:path"
import { ids } from "@alga-psa/ext-adapters-memory"
import { bundlePath } from "@alga-psa/ext-runner/BundleStore"
import { onAdminDatabase } from "@alga-psa/ext-runner/commands/dbAdmin"
import { buildSample } from "@alga-psa/ext-sample-extension"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Config, Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { seedDatabase } from "../src/EmbeddedRunner.ts"

const prepare = Effect.gen(function* () {
  const store = yield* Config.NonEmptyString("BUNDLE_STORE_BASE")
  const { bundleFile, contentHash } = yield* Effect.promise(() => buildSample())
  const hash = contentHash.replace("sha256:", "")
  for (const extension of [ids.extensions.full, ids.extensions.ungranted]) {
    const file = join(store, bundlePath({ tenant: ids.tenants.acme, extension, hash }))
    yield* Effect.promise(() => mkdir(dirname(file), { recursive: true }))
    yield* Effect.promise(() => copyFile(bundleFile, file))
  }
  const [found] = yield* Effect.flatMap(
    SqlClient,
    (sql) => sql<{ readonly tables: boolean }>`SELECT to_regclass('public.tenants') IS NOT NULL AS tables`
  )
  // What is there is somebody's: a second run leaves it.
  if (found?.tables === true) return yield* Effect.log("the database has tables already, and stays as it is")
  yield* seedDatabase(contentHash)
  yield* Effect.log(`prepared: ${contentHash}`)
})

await Effect.runPromise(Effect.provide(onAdminDatabase(prepare), NodeServices.layer))
