import { turns } from "@alga-psa/ext-domain/testing/EventLoop"
import { interruptSomeSteps } from "@alga-psa/ext-domain/testing/interruptEveryStep"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { ok } from "../src/HostCall.ts"
import { Archives, ComponentStore, layerArchives } from "../src/index.ts"
import { freshStore } from "./support/freshStore.ts"
import { coreGuest, scriptGuest } from "./support/Guests.ts"
import { guestProcesses, longMs, restrictedProcesses, run, sandboxOf } from "./support/Run.ts"
import { archiveOf } from "./support/Tar.ts"

const options = { concurrency: 2, concurrencyPerTenant: 2, concurrencyPerInstall: 2, spares: 1, idleProcesses: 1 }

layer(sandboxOf(options), { excludeTestServices: true })("Sandbox, interrupted at steps that a seed chooses", (it) => {
  it.effect("leaves no process beside its pool and no place taken, and the next execution works", () =>
    Effect.gen(function* () {
      const host = () => Effect.as(turns(1), ok(null))
      const guests = [
        // Its component is large, and most steps have it loaded anew.
        { guest: scriptGuest(), method: "GET", count: 8 },
        { guest: coreGuest("ok"), method: "POST", count: 20 }
      ]
      for (const [index, { count, guest, method }] of guests.entries()) {
        const execution = run(guest, { host, method })
        const expected = (yield* execution).status
        const steps = yield* interruptSomeSteps(execution, { count, seed: `sandbox ${index}` }, () =>
          Effect.gen(function* () {
            const both = Effect.all([execution, execution], { concurrency: 2 })
            for (const { status } of yield* both) assert.strictEqual(status, expected)
          })
        )
        assert.isAbove(steps, 20)
      }
      // A spare, one that waits for its install, and one that is made ready for it meanwhile.
      while (guestProcesses().length > 3) yield* turns(1)
    })
  )
})

layer(layerArchives({ timeoutMs: longMs }), { excludeTestServices: true })(
  "Archives, interrupted at such steps",
  (it) => {
    it.effect("leave no process, and the next archive is opened", () =>
      Effect.gen(function* () {
        const archives = yield* Archives
        const archive = archiveOf([
          { name: "manifest.json", content: "{}" },
          { name: "dist/main.wasm", content: "component" }
        ])
        const steps = yield* interruptSomeSteps(archives.component(archive), { count: 15, seed: "archives" }, () =>
          Effect.sync(() => assert.deepStrictEqual(restrictedProcesses(/--permission/), []))
        )
        assert.isAbove(steps, 20)
        assert.strictEqual(Buffer.from((yield* archives.component(archive)).component).toString(), "component")
      })
    )
  }
)

layer(freshStore(true), { excludeTestServices: true })("ComponentStore, interrupted at such steps", (it) => {
  it.effect(
    "goes on with what has begun, and has the component whole for who asks next, with no process beside its spare",
    () =>
      Effect.gen(function* () {
        const store = yield* ComponentStore
        let number = 0
        const accept = Effect.suspend(() =>
          Effect.flatMap(
            Effect.promise(() => coreGuest("ok", `(func (export "f${number}"))`)),
            (bytes) => store.accept(bytes)
          )
        )
        const steps = yield* interruptSomeSteps(accept, { count: 6, seed: "intake" }, () =>
          Effect.gen(function* () {
            const component = yield* accept
            assert.strictEqual(yield* accept, component)
            yield* store.forget(component)
            assert.deepStrictEqual(yield* store.find(component.hash), component)
            number += 1
          })
        )
        assert.isAbove(steps, 20)
        while (restrictedProcesses(/--permission/).length > 1) yield* turns(1)
      })
  )
})
