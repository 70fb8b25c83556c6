import { assert, describe, it } from "@effect/vitest"
import { Context, Duration, Effect, Layer, type Redacted } from "effect"
import { ShardId, SqlRunnerStorage } from "effect/cluster"
import * as ClusterDatabase from "../src/ClusterDatabase.ts"
import { type ClusterOptions, shards } from "../src/ClusterOptions.ts"
import * as Directory from "../src/Directory.ts"
import { doubtsBeforeGone } from "../src/KubernetesHealth.ts"
import * as Membership from "../src/Membership.ts"
import { sharesOf } from "./support/ClusterLoad.ts"
import { until } from "./support/ClusterSetting.ts"
import { peersLike } from "./support/clusterParts.ts"
import { type PodsApi, podsApi, selector } from "./support/PodsApi.ts"
import { clusterTables } from "./support/TriggerTables.ts"

const allShards = Array.from({ length: shards }, (_, at) => ShardId.make("default", at + 1))

/**
 * A runner's part in a cluster on Kubernetes, over the database and the API. Where all others are silent for the health time, as on
 * a machine that stands still, one whose pod is unready counts as healthy. A third of it is what the API has for an answer.
 */
const member = Effect.fnUntraced(function* (url: Redacted.Redacted, { account, url: api }: PodsApi, host: string) {
  const options = {
    address: { host, port: 1 },
    health: Duration.seconds(9),
    kubernetes: { api, account, namespace: null, selector, timeout: Duration.seconds(3) }
  } as unknown as ClusterOptions
  const address = Membership.addressOf(options)
  const storage = SqlRunnerStorage.layerStorage({}).pipe(Layer.provide(Membership.layerConfig(options)))
  const built = yield* Layer.build(
    Layer.fresh(
      Membership.layer(options).pipe(
        Layer.provideMerge(Directory.layer(address)),
        Layer.provide(storage),
        Layer.provide([ClusterDatabase.layer(url), peersLike({})])
      )
    )
  )
  const { sharding } = Context.get(built, Membership.Membership)
  return {
    address,
    owned: () => allShards.filter((shard) => sharding.hasShardId(shard)).length,
    others: Context.get(built, Directory.Directory).others
  }
})

type Member = Effect.Success<ReturnType<typeof member>>

const owned = (members: ReadonlyArray<Member>) => members.map((one) => one.owned())

/** Waits until these own all shards among them, and hand requests to each other and to nobody else. */
const settled = (members: ReadonlyArray<Member>) =>
  until(async () => {
    const others = await Effect.runPromise(Effect.forEach(members, (one) => one.others))
    const shares = sharesOf(members)
    return members.every((one, at) => one.owned() === shares[at] && others[at]?.length === members.length - 1)
  })

/** Waits for so many more lists. */
const listed = (api: PodsApi, count: number) =>
  Effect.suspend(() => {
    const enough = api.lists + count
    return until(async () => api.lists >= enough)
  })

describe("a cluster on Kubernetes", () => {
  it.live(
    "starts while the API is away, gives nothing to a runner whose pod is unready or gone, and counts nobody as gone without an answer",
    () =>
      Effect.gen(function* () {
        const url = yield* clusterTables
        const api = yield* podsApi
        const addresses = ["10.0.0.1", "10.0.0.2", "10.0.0.3"] as const
        const [, atSecond, atThird] = addresses
        for (const address of addresses) api.pods.set(address, { address, ready: true })
        yield* api.away
        const members = yield* Effect.forEach(addresses, (address) => member(url, api, address), { concurrency: 3 })
        const [first, second, third] = members as [Member, Member, Member]
        yield* api.back
        yield* settled(members)

        api.pods.set(atThird, { address: atThird, ready: false })
        yield* settled([first, second])
        assert.strictEqual(third.owned(), 0)

        const before = owned(members)
        api.mood = "unwell"
        yield* listed(api, doubtsBeforeGone + 1)
        assert.deepStrictEqual(owned(members), before)

        api.mood = "well"
        api.pods.set(atThird, { address: atThird, ready: true })
        api.pods.delete(atSecond)
        yield* settled([first, third])
      }),
    300_000
  )
})
