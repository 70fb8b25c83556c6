import { testDatabase } from "@alga-psa/ext-adapters-pg/testing/TestDatabase"
import { ownLoopback } from "@alga-psa/ext-runner/testing/Loopback"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { doubtsBeforeGone } from "../src/KubernetesHealth.ts"
import { everywhere, failures, metrics, settled, shards } from "./support/ClusterLoad.ts"
import { clusterSetting, fewProcesses, fixture, type Runner, until } from "./support/ClusterSetting.ts"
import { type PodsApi, podsApi, selector } from "./support/PodsApi.ts"

/**
 * What a runner at this address is told about Kubernetes. Where all others are silent for the health time, as on a machine that
 * stands still, one whose pod is unready counts as healthy. A third of it is what the API has for an answer.
 */
const asPod = (api: PodsApi, address: string) => ({
  ...fewProcesses,
  ALGA_EXTENSION_RUNNER_CLUSTER_HEALTH: "kubernetes",
  ALGA_EXTENSION_RUNNER_CLUSTER_HEALTH_TIME: "9 seconds",
  ALGA_EXTENSION_RUNNER_CLUSTER_HOST: address,
  ALGA_EXTENSION_RUNNER_CLUSTER_KUBERNETES_SELECTOR: selector,
  ALGA_EXTENSION_RUNNER_CLUSTER_KUBERNETES_API: api.url,
  ALGA_EXTENSION_RUNNER_CLUSTER_KUBERNETES_ACCOUNT: api.account
})

/** Waits for so many more lists. */
const listed = (api: PodsApi, count: number) =>
  Effect.suspend(() => {
    const enough = api.lists + count
    return until(async () => api.lists >= enough)
  })

const owned = (runners: ReadonlyArray<Runner>) => Effect.promise(() => metrics(runners, shards))

describe("a cluster on Kubernetes", () => {
  it.live(
    "starts while the API is away, gives nothing to a runner whose pod is unready or gone, and counts nobody as gone without an answer",
    () =>
      Effect.gen(function* () {
        const setting = yield* clusterSetting(Redacted.value(yield* testDatabase))
        const archive = yield* fixture("steps")
        const installs = yield* Effect.forEach(Array.from({ length: 6 }), () => setting.install(archive))
        const api = yield* podsApi
        const addresses = [ownLoopback(), ownLoopback(), ownLoopback()] as const
        const [, atSecond, atThird] = addresses
        for (const address of addresses) api.pods.set(address, { address, ready: true })
        yield* api.away
        const runners = yield* Effect.forEach(addresses, (address) => setting.start(asPod(api, address)), {
          concurrency: 3
        })
        const [first, second, third] = runners as [Runner, Runner, Runner]
        yield* api.back
        yield* settled(runners)
        assert.deepStrictEqual(failures(yield* everywhere(runners, installs)), [])

        api.pods.set(atThird, { address: atThird, ready: false })
        yield* settled([first, second])
        assert.deepStrictEqual(failures(yield* everywhere(runners, installs)), [])
        // What a runner says of its shards is up to a second old.
        yield* until(async () => (await third.metric(shards)) === 0)

        const before = yield* owned(runners)
        api.mood = "unwell"
        yield* listed(api, doubtsBeforeGone + 1)
        assert.deepStrictEqual(yield* owned(runners), before)

        api.mood = "well"
        api.pods.set(atThird, { address: atThird, ready: true })
        api.pods.delete(atSecond)
        yield* Effect.promise(() => second.run.end("SIGKILL"))
        assert.deepStrictEqual(failures(yield* everywhere([first, third], installs)), [])
        yield* settled([first, third])
      }),
    300_000
  )
})
