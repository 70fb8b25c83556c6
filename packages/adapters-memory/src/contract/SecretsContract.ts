import { Secrets } from "@alga-psa/ext-domain/Secrets"
import { assert, layer } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import { codeOf, installed, type PortData } from "./PortData.ts"

const get = (key: string) => Effect.flatMap(Secrets, (secrets) => secrets.get(key))
const listKeys = Effect.flatMap(Secrets, (secrets) => secrets.listKeys)

/** Every guarantee of {@link Secrets}, one case each. */
export const secretsContract = <E>(name: string, adapter: Layer.Layer<Secrets | PortData, E>): void =>
  layer(adapter)(`Secrets contract: ${name}`, (it) => {
    it.effect("gives a secret of the install, also an empty one", () =>
      Effect.gen(function* () {
        const { as } = yield* installed({ secrets: { api_key: "s3cret ✓", empty: "" } })
        assert.strictEqual(yield* as(get("api_key")), "s3cret ✓")
        assert.strictEqual(yield* as(get("empty")), "")
      })
    )

    it.effect.each(["other", "API_KEY", " api_key", "constructor", "__proto__"])("has no secret named %j", (key) =>
      Effect.gen(function* () {
        const { as } = yield* installed({ secrets: { api_key: "s3cret" } })
        assert.strictEqual(yield* as(codeOf(get(key))), "missing")
      })
    )

    it.effect("lists the names that it finds, once each", () =>
      Effect.gen(function* () {
        const { as } = yield* installed({ secrets: { b: "1", a: "2" } })
        assert.deepEqual([...(yield* as(listKeys))].sort(), ["a", "b"])
      })
    )

    it.effect("has what it lists, whatever the name", () =>
      Effect.gen(function* () {
        const secrets = JSON.parse('{"constructor":"1","__proto__":"2"," a":"3","a":"4","é":"5"}')
        const { as } = yield* installed({ secrets })
        const keys = yield* as(listKeys)
        assert.sameMembers([...keys], Object.keys(secrets))
        assert.deepEqual(yield* Effect.forEach(keys, (key) => as(get(key))), Object.values(secrets))
      })
    )

    it.effect("lists nothing of an install without secrets, and finds nothing", () =>
      Effect.gen(function* () {
        const { as } = yield* installed()
        assert.deepEqual(yield* as(listKeys), [])
        assert.strictEqual(yield* as(codeOf(get("a"))), "missing")
      })
    )

    it.effect("keeps installs apart, of one tenant too", () =>
      Effect.gen(function* () {
        const own = yield* installed({ secrets: { own: "1" } })
        const sibling = yield* installed({ secrets: { sibling: "2" } }, own.execution.tenantId)
        const stranger = yield* installed({ secrets: { stranger: "3" } })
        assert.deepEqual(yield* own.as(listKeys), ["own"])
        assert.deepEqual(yield* sibling.as(listKeys), ["sibling"])
        assert.deepEqual(yield* stranger.as(listKeys), ["stranger"])
        assert.strictEqual(yield* own.as(codeOf(get("sibling"))), "missing")
        assert.strictEqual(yield* own.as(codeOf(get("stranger"))), "missing")
      })
    )
  })
