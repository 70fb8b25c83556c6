import type { InstallId } from "@alga-psa/ext-domain"
import { Context, Effect, Layer } from "effect"
import type { BundleKey } from "../BundleStore.ts"
import { Components } from "../Components.ts"
import type { RunnerError } from "../RunnerError.ts"
import { awayFor, Directory } from "./Directory.ts"
import { shardOfInstall } from "./Installs.ts"
import { Membership } from "./Membership.ts"
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

    const warm: WarmInstall = (bundle, install) =>
      Effect.flatMap(directory.ownerOf(shardOfInstall(sharding, bundle.tenant, install)), (owner) => {
        const here = Effect.asVoid(components.get(bundle))
        if (owner === null) return here
        const elsewhere = Effect.suspend(() =>
          Effect.andThen(directory.leaveOut(owner, awayFor), warm(bundle, install))
        )
        return peers
          .ask(owner, (peer) => peer.Warm(bundle))
          .pipe(
            Effect.catchTags({ Unreached: () => elsewhere, Lost: () => elsewhere }),
            // A runner of a version before this one does not know the question.
            Effect.catchDefect(() => here)
          )
      })
    return warm
  })
)
