import { rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Layer } from "effect"
import { RunnerStorage } from "effect/cluster"
import * as KubernetesHealth from "../src/KubernetesHealth.ts"
import { KubernetesPods, layer } from "../src/KubernetesPods.ts"
import { type PodsApi, podsApi, selector } from "./support/PodsApi.ts"

type Change = Partial<Parameters<typeof layer>[0]>

const podsOf = ({ account, url }: PodsApi, change: Change = {}) =>
  layer({ api: url, account, namespace: null, selector, timeout: Duration.minutes(1), ...change })

const list = (api: PodsApi, change: Change = {}) =>
  Effect.flatMap(KubernetesPods, (pods) => pods.list).pipe(Effect.provide(podsOf(api, change)))

const failure = (api: PodsApi, change: Change = {}) =>
  Effect.map(Effect.flip(list(api, change)), ({ message, reason }) => [reason, message.replaceAll(api.url, "API")])

const inAccount = (api: PodsApi, name: string, text: string) =>
  Effect.promise(() => writeFile(join(api.account, name), text))

describe("the pods of a cluster", () => {
  it.live("are those that run in the account's namespace with these labels, by the token of the moment", () =>
    Effect.gen(function* () {
      const api = yield* podsApi
      api.pods.set("a", { address: "10.0.0.1", ready: true })
      api.pods.set("b", { address: "10.0.0.2", ready: false })
      api.pods.set("c", { address: "10.0.0.2", ready: true, phase: "Failed" })
      api.pods.set("d", { address: "10.0.0.3", ready: true, labels: { "app.kubernetes.io/name": "another" } })
      const found = [
        { address: "10.0.0.1", ready: true },
        { address: "10.0.0.2", ready: false }
      ]
      assert.deepStrictEqual(yield* list(api), found)
      yield* api.renew
      assert.deepStrictEqual(yield* list(api), found)
      assert.deepStrictEqual(yield* list(api, { selector: "app.kubernetes.io/name=nothing" }), [])
    })
  )

  it.live("are not told to whom the API does not know, or does not allow, with what to do", () =>
    Effect.gen(function* () {
      const api = yield* podsApi
      assert.deepStrictEqual(yield* failure(api, { namespace: "others" }), [
        "forbidden",
        'API answered 403 (pods is forbidden: User "system:serviceaccount:extensions:runner" cannot list): the service account needs a Role that may list pods, and a RoleBinding'
      ])
      yield* inAccount(api, "token", "another")
      assert.deepStrictEqual(yield* failure(api), [
        "unauthorized",
        "API answered 401 (Unauthorized): it does not know the service account's token"
      ])
      yield* Effect.promise(() => rm(join(api.account, "token")))
      const [reason, why] = yield* failure(api)
      assert.strictEqual(reason, "no-account")
      assert.include(why, join(api.account, "token"))
    })
  )

  it.live("have to be among them for a runner to start, which says what was asked for", () =>
    Effect.gen(function* () {
      const api = yield* podsApi
      api.pods.set("a", { address: "10.0.0.1", ready: true })
      const start = (address: string) =>
        Effect.scoped(Layer.build(KubernetesHealth.layer(address, Duration.millis(1)))).pipe(
          Effect.provide([podsOf(api), RunnerStorage.layerMemory])
        )
      yield* start("10.0.0.1")
      const { message, reason } = yield* Effect.flip(start("10.0.0.2"))
      assert.strictEqual(reason, "not-listed")
      assert.include(message, "lists no running pod with the address 10.0.0.2 (namespace ")
      assert.match(message, /labels .*SELECTOR/)
    })
  )

  it.live("are not asked of a server that the account's authority does not vouch for", () =>
    Effect.gen(function* () {
      const [api, other] = [yield* podsApi, yield* podsApi]
      const [reason] = yield* failure({ ...api, account: other.account })
      assert.deepStrictEqual([reason, api.lists], ["untrusted", 0])
    })
  )

  it.live("are unknown while the API is away or silent, and known again after", () =>
    Effect.gen(function* () {
      const api = yield* podsApi
      api.mood = "unwell"
      assert.deepStrictEqual(yield* failure(api), ["unanswered", "API answered 503 (etcd is away)"])
      api.mood = "silent"
      assert.deepStrictEqual(yield* failure(api, { timeout: Duration.millis(500) }), [
        "unanswered",
        "API does not answer (timeout)"
      ])
      yield* api.away
      assert.deepStrictEqual(yield* failure(api), ["unanswered", "API does not answer (ECONNREFUSED)"])
      yield* api.back
      api.mood = "well"
      assert.deepStrictEqual(yield* list(api), [])
    })
  )
})
