import { ClusterWarmup, type WarmInstall } from "@alga-psa/ext-runner/ClusterWarmup"
import { Components } from "@alga-psa/ext-runner/Components"
import { Effect, Layer } from "effect"
import { Directory } from "./Directory.ts"
import { shardOfInstall } from "./Installs.ts"
import { Membership } from "./Membership.ts"
import { onOwner, TryNext } from "./Owners.ts"
import { Peers } from "./Peers.ts"

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
