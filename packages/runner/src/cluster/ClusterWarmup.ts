import type { InstallId } from "@alga-psa/ext-domain"
import { Context, Effect, Layer } from "effect"
import type { BundleKey } from "../BundleStore.ts"
import { Components } from "../Components.ts"
import type { RunnerError } from "../RunnerError.ts"
import { Directory } from "./Directory.ts"
import { shardOfInstall } from "./Installs.ts"
import { Membership } from "./Membership.ts"
import { onOwner, TryNext } from "./Owners.ts"
import { Peers } from "./Peers.ts"

/** Takes a component in where the install lives. */
export type WarmInstall = (bundle: BundleKey, install: InstallId) => Effect.Effect<void, RunnerError>

/** How components of installs are taken in; null where a runner is alone. */
export const ClusterWarmup = Context.Reference<WarmInstall | null>("@alga-psa/ext-runner/cluster/ClusterWarmup", {
  defaultValue: () => null
})

/** Warm-ups go to the runner that the install lives on, and to the next where it cannot be reached. */
export const layer: Layer.Layer<never, never, Components | Directory | Membership | Peers> = Layer.effect(
  ClusterWarmup,
  Effect.gen(function* () {
    const components = yield* Components
    const directory = yield* Directory
    const { sharding } = yield* Membership
    const peers = yield* Peers

    const tryNext = () => Effect.fail(new TryNext())

    const warm: WarmInstall = (bundle, install) => {
      const here = Effect.asVoid(components.get(bundle))
      return onOwner(directory, shardOfInstall(sharding, bundle.tenant, install), here, (owner) =>
        peers
          .ask(owner, (peer) => peer.Warm(bundle))
          .pipe(
            Effect.catchTags({ Unreached: tryNext, Lost: tryNext }),
            // A runner of a version before this one does not know the question.
            Effect.catchDefect(() => here)
          )
      )
    }
    return warm
  })
)
