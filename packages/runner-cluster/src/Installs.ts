import type { InstallId, TenantId } from "@alga-psa/ext-domain"
import type { Sharding } from "effect/cluster"
import { EntityId, ShardId } from "effect/cluster"
import { shards } from "./ClusterOptions.ts"

const all = Array.from({ length: shards }, (_, index) => ShardId.make("default", index + 1))

/** The shards whose locks this runner holds. */
export const shardsOf = (sharding: Sharding.Sharding["Service"]): ReadonlyArray<number> =>
  all.filter((shard) => sharding.hasShardId(shard)).map(({ id }) => id)

/** The shard (1 to the cluster's number of shards) of an install, which `effect/cluster` makes of tenant and install. */
export const shardOfInstall = (sharding: Sharding.Sharding["Service"], tenant: TenantId, install: InstallId): number =>
  sharding.getShardId(EntityId.make(`${tenant}/${install}`), "default").id

/** The shard of what all installs of a tenant share. */
export const shardOfTenant = (sharding: Sharding.Sharding["Service"], tenant: TenantId): number =>
  sharding.getShardId(EntityId.make(tenant), "default").id
