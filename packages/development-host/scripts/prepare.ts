import { copyFile, mkdir } from "node:fs/promises"
import { dirname, join } from "node:path"
import { ids } from "@alga-psa/ext-adapters-memory"
import { layerAdmin } from "@alga-psa/ext-adapters-pg/AdminClient"
import { bundlePath } from "@alga-psa/ext-runner/BundleStore"
import { buildSample } from "@alga-psa/ext-sample-extension"
import { Config, Effect, Layer } from "effect"
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
  yield* seedDatabase(contentHash)
  yield* Effect.log(`prepared: ${contentHash}`)
})

const database = Layer.unwrap(Effect.map(Config.Redacted("DATABASE_ADMIN_URL"), layerAdmin))

await Effect.runPromise(Effect.provide(prepare, database))
