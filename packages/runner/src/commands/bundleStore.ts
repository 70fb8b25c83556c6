import * as NodeServices from "@effect/platform-node/NodeServices"
import { Effect, Layer, type Option } from "effect"
import * as BundleStore from "../BundleStore.ts"
import * as BundleWriter from "../BundleWriter.ts"
import * as HttpBundleStore from "../HttpBundleStore.ts"
import type { BundleSource } from "../Runner.ts"
import { bundlesOf, type Settings } from "../Settings.ts"
import { readSettings, SettingsInvalid } from "../SettingsSource.ts"

/**
 * The settings of a command that works with the store of bundles, and where that store is. Fails where a setting that is set
 * is wrong, or the store's address is not set.
 */
export const storeSettings = Effect.fnUntraced(function* (file: Option.Option<string>) {
  const report = yield* readSettings(file)
  const { BUNDLE_STORE_BASE: base } = report.values
  const wrong = report.readings.flatMap(({ name, problem, source }) =>
    problem !== null && (source !== "not set" || name === "BUNDLE_STORE_BASE") ? [`${name} ${problem}`] : []
  )
  if (base === undefined || wrong.length > 0) return yield* new SettingsInvalid({ problems: wrong })
  return { report, source: bundlesOf({ ...report.values, BUNDLE_STORE_BASE: base } as Settings) }
})

/** Reads without the cache on disk: whether the store has a bundle is what is asked. */
export const layerStore = (source: BundleSource) =>
  "directory" in source
    ? BundleStore.layerDirectory(source.directory).pipe(Layer.provide(NodeServices.layer))
    : HttpBundleStore.layer(source)

/** Writes to the same store. */
export const layerWriter = (source: BundleSource) =>
  ("directory" in source ? BundleWriter.layerDirectory(source.directory) : BundleWriter.layerHttp(source)).pipe(
    Layer.provide(layerStore(source))
  )
