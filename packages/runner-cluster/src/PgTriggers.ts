import { Triggers } from "@alga-psa/ext-runner/Triggers"
import { Effect, Layer } from "effect"
import type { TriggerOptions } from "./ClusterOptions.ts"
import { Directory } from "./Directory.ts"
import { shardOfInstall } from "./Installs.ts"
import { Membership } from "./Membership.ts"
import { promptly } from "./Owners.ts"
import { Peers } from "./Peers.ts"
import { TriggerBell } from "./TriggerBell.ts"
import { TriggerStore } from "./TriggerStore.ts"

/**
 * Kept triggers in PostgreSQL. The runner that may begin a new one is notified; without a notification it looks every
 * second.
 */
export const layer = ({
  expiry
}: TriggerOptions): Layer.Layer<never, never, TriggerStore | TriggerBell | Directory | Membership | Peers> =>
  Layer.effect(
    Triggers,
    Effect.gen(function* () {
      const store = yield* TriggerStore
      const bell = yield* TriggerBell
      const directory = yield* Directory
      const { sharding } = yield* Membership
      const peers = yield* Peers
      const scope = yield* Effect.scope

      const tell = (shard: number) =>
        Effect.flatMap(directory.ownerOf(shard), (owner) =>
          owner === null
            ? bell.ring
            : Effect.ignore(
                Effect.timeout(
                  peers.ask(owner, (peer) => peer.Due()),
                  promptly
                )
              )
        )

      return {
        accept: Effect.fn("Triggers.accept")(function* (trigger) {
          const { install_id, tenant_id } = trigger.request.context
          const shard = shardOfInstall(sharding, tenant_id, install_id)
          const { added, trigger: kept } = yield* store.insert({ ...trigger, shard, expiry })
          if (added) yield* Effect.forkIn(tell(shard), scope)
          return kept
        }),
        find: store.find
      }
    })
  )
