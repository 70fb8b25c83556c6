import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parse } from "@bytecodealliance/jco"
import { assert, layer } from "@effect/vitest"
import { Effect, Fiber, Layer } from "effect"
import { ComponentStore, layerComponentStore } from "../src/index.ts"
import { heavyComponent } from "../testing/HeavyComponent.ts"
import { glueBombs } from "./support/GlueBombs.ts"
import { coreGuest } from "./support/Guests.ts"
import { longMs } from "./support/Run.ts"

const store = Layer.unwrap(
  Effect.map(
    Effect.acquireRelease(
      Effect.promise(() => mkdtemp(join(tmpdir(), "alga-ext-turns-"))),
      (directory) => Effect.promise(() => rm(directory, { recursive: true, force: true }))
    ),
    (directory) => layerComponentStore({ directory, intakeTimeoutMs: longMs })
  )
)

layer(store, { excludeTestServices: true })("Intake", (it) => {
  it.effect("takes in another tenant's component before six heavy ones of one tenant are done", () =>
    Effect.gen(function* () {
      const components = yield* ComponentStore
      const bombs = yield* Effect.promise(() =>
        Promise.all([0, 1, 2, 3, 4, 5].map((number) => heavyComponent(4, number)))
      )
      const ok = yield* Effect.promise(() => coreGuest("ok"))
      const done: Array<string> = []
      const take = (bytes: Uint8Array, tenant: string) =>
        components.accept(bytes, tenant).pipe(
          Effect.match({
            onFailure: (error) => ("reason" in error ? error.reason : error._tag),
            onSuccess: () => "ok"
          }),
          Effect.tap((outcome) => Effect.sync(() => void done.push(`${tenant}: ${outcome}`)))
        )
      const waiting = yield* Effect.forEach(bombs, (bomb) =>
        Effect.forkChild(take(bomb, "acme"), { startImmediately: true })
      )
      yield* take(ok, "borealis")
      assert.isBelow(done.length, bombs.length + 1)
      assert.strictEqual(done.at(-1), "borealis: ok")
      yield* Effect.forEach(waiting, Fiber.join)
      assert.sameMembers(done, ["borealis: ok", ...bombs.map(() => "acme: wrong-export-type")])
    })
  )

  it.effect.each(Object.entries(glueBombs))(
    "refuses two of one tenant by their glue, and takes in another tenant's component that comes with them: %s",
    ([what, text]) =>
      Effect.gen(function* () {
        const components = yield* ComponentStore
        const bombs = yield* Effect.promise(() =>
          Promise.all([0, 1].map((number) => parse(`(component (@custom "${number}" "") ${text})`)))
        )
        const ok = yield* Effect.promise(() => coreGuest("ok", `(@custom "${what}" "")`))
        const refusing = yield* Effect.forEach(bombs, (bomb) =>
          Effect.forkChild(Effect.flip(components.accept(bomb, "acme")), { startImmediately: true })
        )
        yield* components.accept(ok, "borealis")
        for (const fiber of refusing) {
          assert.propertyVal(yield* Fiber.join(fiber), "reason", "glue-too-large")
        }
      })
  )
})
