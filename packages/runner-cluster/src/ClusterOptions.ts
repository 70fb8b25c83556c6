import type { DatabaseAddress } from "@alga-psa/ext-adapters-pg/DatabaseAddress"
import type { Duration, Redacted } from "effect"
import type { KubernetesOptions } from "./KubernetesPods.ts"
import type { ClusterSecrets } from "./PeerLink.ts"

/** How a runner belongs to a cluster. */
export interface ClusterOptions {
  /** The cluster's database, with a login that may write to the schema `alga_extension_cluster` alone. */
  readonly url: Redacted.Redacted | DatabaseAddress
  /** Whether a start waits for the database where it does not answer, and does not fail. */
  readonly mayBeAway: boolean
  /** Where other runners reach this one. No two runners have the same. */
  readonly address: { readonly host: string; readonly port: number }
  /** The address to listen on; null where it is the one that others use. */
  readonly listen: string | null
  readonly secrets: ClusterSecrets
  /**
   * How long a runner may be silent before others take over what it owns, and how long it may work on a trigger without
   * word from the database.
   */
  readonly health: Duration.Duration
  /** Where Kubernetes says which runners live; null where they ask each other. */
  readonly kubernetes: KubernetesOptions | null
  /** The largest message between runners, in bytes. */
  readonly messageBytes: number
  /** Bodies of requests under way that other runners handed on, all together, in bytes; a request waits for room. */
  readonly bodiesBytes: number
  readonly limits: ClusterLimits
  readonly triggers: TriggerOptions
}

/** The most of one kind of holder in the whole cluster; null where there is no limit. */
export interface ClusterLimit {
  /** Executions at the same time. */
  readonly concurrency: number | null
  /** Executions that begin in a minute. */
  readonly rate: number | null
}

/** The limits that hold whatever the number of runners. */
export interface ClusterLimits {
  readonly install: ClusterLimit
  readonly tenant: ClusterLimit
}

/** How often a kept trigger is tried, and how long it is kept. */
export interface TriggerOptions {
  /** After so many attempts it is dead. */
  readonly attempts: number
  /** The pause after the first attempt that failed. Each one after is twice as long, at most 64 times this. */
  readonly backoff: Duration.Duration
  /** How long after it was accepted it may begin. */
  readonly expiry: Duration.Duration
  /** How long its outcome can be asked for. */
  readonly retention: Duration.Duration
  /** How many one runner works on at the same time. */
  readonly concurrency: number
}

/** How many shards the installs are spread over. The same on every runner. */
export const shards = 300
