import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parse } from "@bytecodealliance/jco"
import { assert, layer } from "@effect/vitest"
import { Effect, Fiber, Layer } from "effect"
import { ComponentStore, layerComponentStore } from "../src/index.ts"
import { coreGuest } from "./support/Guests.ts"

const store = Layer.unwrap(
  Effect.map(
    Effect.acquireRelease(
      Effect.promise(() => mkdtemp(join(tmpdir(), "alga-ext-turns-"))),
      (directory) => Effect.promise(() => rm(directory, { recursive: true, force: true }))
    ),
    (directory) => layerComponentStore({ directory })
  )
)

/** Types that pass the first look and make as much glue as may be, and a number that makes the bytes others. */
const heavy = (number: number): Promise<Uint8Array> => {
  const ten = (inner: string) =>
    `(record ${Array.from({ length: 10 }, (_, i) => `(field "f${i}" ${inner})`).join(" ")})`
  const types = [1, 2, 3, 4].map(
    (level) => `(type $t${level} ${ten(level === 1 ? "string" : `$n${level - 1}`)})
      (import "t${level}-${number}" (type $n${level} (eq $t${level})))`
  )
  return parse(`(component
    ${types.join("\n")}
    (core module $m (memory (export "m") 1) (func (export "f") (param i32))
      (func (export "r") (param i32 i32 i32 i32) (result i32) (i32.const 0)))
    (core instance $i (instantiate $m))
    (alias core export $i "m" (core memory $memory))
    (func $f (param "a" $n4) (canon lift (core func $i "f") (memory $memory) (realloc (core func $i "r"))))
    (export "handler" (func $f)))`)
}

layer(store, { excludeTestServices: true, timeout: "120 seconds" })("Intake", (it) => {
  it.effect("takes in another tenant's component before six heavy ones of one tenant are done", () =>
    Effect.gen(function* () {
      const components = yield* ComponentStore
      const bombs = yield* Effect.promise(() => Promise.all([0, 1, 2, 3, 4, 5].map(heavy)))
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
})
