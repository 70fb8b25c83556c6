import type { InstallId } from "@alga-psa/ext-domain"
import { Context, type Effect } from "effect"
import type { BundleKey } from "./BundleStore.ts"
import type { RunnerError } from "./RunnerError.ts"

/** Takes a component in where the install lives. */
export type WarmInstall = (bundle: BundleKey, install: InstallId) => Effect.Effect<void, RunnerError>

/** How components of installs are taken in; null where a runner is alone. */
export const ClusterWarmup = Context.Reference<WarmInstall | null>("@alga-psa/ext-runner/ClusterWarmup", {
  defaultValue: () => null
})
