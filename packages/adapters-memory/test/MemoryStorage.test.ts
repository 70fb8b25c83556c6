import { Storage, type StorageEntry } from "@alga-psa/ext-domain/Storage"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { codeOf, installed, layerMemoryPortData } from "../src/contract/PortData.ts"
import { layer as layerMemory, layerOtherPorts } from "../src/MemoryPorts.ts"
import { MemoryEntries } from "../src/MemoryStorage.ts"

const memory = layerMemoryPortData.pipe(Layer.provideMerge(layerOtherPorts), Layer.provideMerge(layerMemory()))

const entry = (key: string, bytes: number): StorageEntry => ({
  namespace: "space",
  key,
  value: new Uint8Array(bytes),
  revision: null
})

layer(memory)("The bytes of an install", (it) => {
  it.effect("end at 256 MiB, of all namespaces together; what does not grow is still written", () =>
    Effect.gen(function* () {
      const installs = yield* MemoryEntries
      const storage = yield* Storage
      const { as, execution } = yield* installed()
      const half = { ...entry("half", 0), value: new Uint8Array(134_217_728), revision: 1n }
      const spaces = new Map([
        ["one", new Map([["half", half]])],
        ["two", new Map([["half", half]])]
      ])
      installs.set(`${execution.tenantId} ${execution.installId}`, spaces)
      assert.strictEqual(yield* as(codeOf(storage.put(entry("more", 1)))), "denied")
      assert.strictEqual((yield* as(storage.put(entry("empty", 0)))).revision, 1n)
      assert.strictEqual((yield* as(storage.put({ ...entry("half", 1), namespace: "one" }))).revision, 2n)
      assert.strictEqual((yield* as(storage.put(entry("more", 1)))).revision, 1n)
    })
  )
})
