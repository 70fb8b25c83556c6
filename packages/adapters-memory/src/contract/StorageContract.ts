import { Storage, type StorageEntry } from "@alga-psa/ext-domain/Storage"
import { productCursor } from "@alga-psa/ext-domain/StorageCursor"
import { assert, layer } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import { codeOf, installed, type PortData } from "./PortData.ts"

const get = (key: string, namespace = "space") => Effect.flatMap(Storage, (storage) => storage.get(namespace, key))
const put = (key: string, value: ReadonlyArray<number>, rest: Partial<StorageEntry> = {}) =>
  Effect.flatMap(Storage, (storage) =>
    storage.put({ namespace: "space", key, value: Uint8Array.from(value), revision: null, ...rest })
  )
const remove = (key: string, namespace = "space") =>
  Effect.flatMap(Storage, (storage) => storage.delete(namespace, key))
const list = (cursor: string | null = null, namespace = "space") =>
  Effect.flatMap(Storage, (storage) => storage.listEntries(namespace, cursor))

const bytesOf = (key: string) => Effect.map(get(key), ({ value }) => Array.from(value))
const keysOf = (entries: ReadonlyArray<StorageEntry>) => entries.map(({ key }) => key)

/** Every guarantee of {@link Storage}, one case each. */
export const storageContract = <E>(name: string, adapter: Layer.Layer<Storage | PortData, E>): void =>
  layer(adapter)(`Storage contract: ${name}`, (it) => {
    it.effect.each([[[]], [[0, 255, 13, 10]], [Array.from({ length: 49_149 }, (_, at) => at % 256)]])(
      "gives back byte for byte what was stored",
      ([value = []]) =>
        Effect.gen(function* () {
          const { as } = yield* installed()
          const written = yield* as(put("key", value))
          assert.deepEqual([written.namespace, written.key, written.revision], ["space", "key", 1n])
          assert.deepEqual(Array.from(written.value), value)
          const { namespace, key, revision, value: read } = yield* as(get("key"))
          assert.deepEqual([namespace, key, revision, Array.from(read)], ["space", "key", 1n, value])
        })
    )

    it.effect("counts the writes of a key from 1 on, and gives the last value", () =>
      Effect.gen(function* () {
        const { as } = yield* installed()
        for (const at of [1, 2, 3]) {
          const written = yield* as(put("key", [at]))
          assert.strictEqual(written.revision, BigInt(at))
        }
        assert.deepEqual(yield* as(bytesOf("key")), [3])
        yield* as(remove("key"))
        assert.strictEqual((yield* as(put("key", [4]))).revision, 1n)
      })
    )

    it.effect("writes with the current revision", () =>
      Effect.gen(function* () {
        const { as } = yield* installed()
        const { revision } = yield* as(put("key", [1]))
        assert.strictEqual((yield* as(put("key", [2], { revision }))).revision, 2n)
      })
    )

    it.effect("writes nothing with another revision, nor with any where nothing is stored", () =>
      Effect.gen(function* () {
        const { as } = yield* installed()
        yield* as(put("key", [1]))
        yield* as(put("key", [2]))
        for (const revision of [0n, 1n, 3n]) {
          assert.strictEqual(yield* as(codeOf(put("key", [9], { revision }))), "conflict")
        }
        assert.deepEqual(yield* as(bytesOf("key")), [2])
        assert.strictEqual(yield* as(codeOf(put("other", [9], { revision: 1n }))), "conflict")
        assert.strictEqual(yield* as(codeOf(get("other"))), "missing")
      })
    )

    it.effect("lets one of two writes with the same revision through", () =>
      Effect.gen(function* () {
        const { as } = yield* installed()
        const { revision } = yield* as(put("key", [0]))
        const outcome = (value: number) =>
          Effect.match(as(put("key", [value], { revision })), { onFailure: ({ code }) => code, onSuccess: () => "ok" })
        const outcomes = yield* Effect.all([outcome(1), outcome(2)], { concurrency: 2 })
        assert.deepEqual([...outcomes].sort(), ["conflict", "ok"])
      })
    )

    it.effect("deletes a key, and misses it from then on", () =>
      Effect.gen(function* () {
        const { as } = yield* installed()
        yield* as(put("key", [1]))
        yield* as(remove("key"))
        assert.strictEqual(yield* as(codeOf(get("key"))), "missing")
        assert.strictEqual(yield* as(codeOf(remove("key"))), "missing")
        assert.deepEqual(yield* as(list()), [])
      })
    )

    it.effect("lists each entry once, in the order of the keys, by the last key seen", () =>
      Effect.gen(function* () {
        const { as } = yield* installed()
        const keys = Array.from({ length: 61 }, (_, at) => `key-${String(at).padStart(2, "0")}`)
        for (const key of [...keys].reverse()) yield* as(put(key, [1]))
        for (const cursorOf of [(key: string) => key, productCursor]) {
          const seen: Array<string> = []
          for (let page = yield* as(list()); page.length > 0; page = yield* as(list(cursorOf(seen.at(-1) ?? "")))) {
            seen.push(...keysOf(page))
          }
          assert.deepEqual(seen, keys)
        }
      })
    )

    it.effect("has one order of all keys, in which those behind any key are the rest, whether it is there or not", () =>
      Effect.gen(function* () {
        const { as } = yield* installed()
        const keys = [
          "B",
          "a",
          "b",
          "A",
          "ä",
          "Z",
          "z",
          "é",
          "e\u0301",
          "_",
          "-",
          " ",
          "10",
          "9",
          "ß",
          "\uff42",
          "😀",
          "中"
        ]
        for (const key of keys) yield* as(put(key, [1]))
        const all = keysOf(yield* as(list()))
        assert.sameMembers(all, keys)
        for (const cursorOf of [(key: string) => key, productCursor]) {
          for (const [at, key] of all.entries()) {
            const rest = all.slice(at + 1)
            assert.deepEqual(keysOf(yield* as(list(cursorOf(key)))), rest)
            if (at % 5 !== 0) continue
            yield* as(remove(key))
            assert.deepEqual(keysOf(yield* as(list(cursorOf(key)))), rest)
            yield* as(put(key, [2]))
          }
        }
        assert.deepEqual(keysOf(yield* as(list())), all)
      })
    )

    it.effect("lists entries as they are got", () =>
      Effect.gen(function* () {
        const { as } = yield* installed()
        yield* as(put("key", [1]))
        yield* as(put("key", [2, 3]))
        const [entry] = yield* as(list())
        assert.deepEqual([entry?.namespace, entry?.key, entry?.revision], ["space", "key", 2n])
        assert.deepEqual(Array.from(entry?.value ?? []), [2, 3])
      })
    )

    it.effect("keeps namespaces apart", () =>
      Effect.gen(function* () {
        const { as } = yield* installed()
        yield* as(put("key", [1]))
        yield* as(put("key", [2], { namespace: "other" }))
        assert.deepEqual(yield* as(bytesOf("key")), [1])
        assert.deepEqual(keysOf(yield* as(list(null, "third"))), [])
        assert.strictEqual((yield* as(get("key", "other"))).revision, 1n)
        yield* as(remove("key", "other"))
        assert.strictEqual(yield* as(codeOf(get("key", "other"))), "missing")
        assert.deepEqual(yield* as(bytesOf("key")), [1])
      })
    )

    it.effect("keeps installs apart, of one tenant too", () =>
      Effect.gen(function* () {
        const own = yield* installed()
        const sibling = yield* installed({}, own.execution.tenantId)
        const stranger = yield* installed()
        yield* own.as(put("key", [1]))
        for (const other of [sibling, stranger]) {
          assert.strictEqual(yield* other.as(codeOf(get("key"))), "missing")
          assert.strictEqual(yield* other.as(codeOf(remove("key"))), "missing")
          assert.deepEqual(yield* other.as(list()), [])
          assert.strictEqual((yield* other.as(put("key", [2]))).revision, 1n)
        }
        assert.deepEqual(yield* own.as(bytesOf("key")), [1])
      })
    )
  })
