import { parse } from "@bytecodealliance/jco"
import { assert, layer } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { ComponentStore } from "../src/index.ts"
import { heavyComponent } from "../testing/HeavyComponent.ts"
import { freshStore } from "./support/freshStore.ts"
import { glueBombs } from "./support/GlueBombs.ts"
import { coreGuest } from "./support/Guests.ts"

layer(freshStore(), { excludeTestServices: true })("Intake", (it) => {
  it.effect("takes in another tenant's component before two heavy ones of one tenant are done", () =>
    Effect.gen(function* () {
      const components = yield* ComponentStore
      const bombs = yield* Effect.promise(() => Promise.all([0, 1].map((number) => heavyComponent(4, number))))
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
      assert.deepEqual(done, ["borealis: ok"])
      yield* Effect.forEach(waiting, Fiber.join)
      assert.sameMembers(done, ["borealis: ok", ...bombs.map(() => "acme: wrong-export-type")])
    })
  )

  it.effect(
    "refuses all of one tenant by their glue, and takes in another tenant's component that comes with them",
    () =>
      Effect.gen(function* () {
        const components = yield* ComponentStore
        const bombs = yield* Effect.forEach(Object.entries(glueBombs).slice(0, 6), ([what, text]) =>
          Effect.map(
            Effect.promise(() => parse(`(component ${text})`)),
            (bytes) => [what, bytes] as const
          )
        )
        const ok = yield* Effect.promise(() => coreGuest("ok", `(@custom "other" "")`))
        const refused: Record<string, string> = {}
        const refuse = ([what, bytes]: readonly [string, Uint8Array]) =>
          Effect.map(Effect.flip(components.accept(bytes, "acme")), (error) => {
            refused[what] = "reason" in error ? error.reason : error._tag
          })
        const refusing = yield* Effect.forEach(bombs, (bomb) =>
          Effect.forkChild(refuse(bomb), { startImmediately: true })
        )
        yield* components.accept(ok, "borealis")
        assert.isBelow(Object.keys(refused).length, bombs.length)
        yield* Effect.forEach(refusing, Fiber.join)
        assert.deepEqual(refused, Object.fromEntries(bombs.map(([what]) => [what, "glue-too-large"])))
      })
  )
})
