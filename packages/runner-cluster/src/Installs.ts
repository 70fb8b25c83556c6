import type { InstallId, TenantId } from "@alga-psa/ext-domain"
import type { Sharding } from "effect/cluster"
import { EntityId } from "effect/cluster"

/** The shard (1 to the cluster's number of shards) of an install, which `effect/cluster` makes of tenant and install. */
export const shardOfInstall = (sharding: Sharding.Sharding["Service"], tenant: TenantId, install: InstallId): number =>
  sharding.getShardId(EntityId.make(`${tenant}/${install}`), "default").id

/** The shard of what all installs of a tenant share. */
export const shardOfTenant = (sharding: Sharding.Sharding["Service"], tenant: TenantId): number =>
  sharding.getShardId(EntityId.make(tenant), "default").id
