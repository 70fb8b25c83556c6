import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { layerArchives, layerComponentStore } from "@alga-psa/ext-adapters-wit"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Effect, Layer } from "effect"
import * as BundleStore from "../BundleStore.ts"
import * as HttpBundleStore from "../HttpBundleStore.ts"
import type { BundleSource } from "../Runner.ts"
import { bundlesOf, limitsOf, type Settings } from "../Settings.ts"
import { SettingsInvalid, type SettingsReport } from "../SettingsSource.ts"

const temporary = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "alga-installs-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
)

/** Read without the cache on disk: whether the store has a bundle is what is asked. */
const layerStore = (source: BundleSource) =>
  "directory" in source
    ? BundleStore.layerDirectory(source.directory).pipe(Layer.provide(NodeServices.layer))
    : HttpBundleStore.layer(source)

const keptComponents = 64 * 1024 * 1024

/** What opens the bundles of installs and takes their components in, by these settings, without a trace of it. */
export const layerInspecting = Effect.fnUntraced(function* ({ readings, values }: SettingsReport) {
  const { BUNDLE_STORE_BASE: base } = values
  const wrong = readings.flatMap(({ name, problem, source }) =>
    problem !== null && (source !== "not set" || name === "BUNDLE_STORE_BASE") ? [`${name} ${problem}`] : []
  )
  if (base === undefined || wrong.length > 0) return yield* new SettingsInvalid({ problems: wrong })
  const { componentBytes, glueBytes } = limitsOf(values)
  return Layer.mergeAll(
    layerArchives({ componentBytes }),
    layerComponentStore({ directory: yield* temporary, cacheBytes: keptComponents, componentBytes, glueBytes }),
    layerStore(bundlesOf({ ...values, BUNDLE_STORE_BASE: base } as Settings))
  )
})
