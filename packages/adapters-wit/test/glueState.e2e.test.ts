import { readFile } from "node:fs/promises"
import { Script } from "node:vm"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { ComponentStore } from "../src/index.ts"
import { componentGuest, coreGuest, scriptGuest } from "./support/Guests.ts"
import { layerStore } from "./support/Run.ts"

/** The one function that a module of glue exports beside an empty object; null where there is anything else in it. */
const onlyFunction = (glue: string): string | null =>
  /^"use components";\nexport (function instantiate\([\s\S]*\n\});\s*export const _util = \{\s*\}\s*$/.exec(
    glue
  )?.[1] ?? null

layer(layerStore)("The glue of a component", (it) => {
  it.effect.each([
    { what: "on QuickJS", bytes: () => scriptGuest() },
    { what: "on StarlingMonkey", bytes: () => scriptGuest("starlingmonkey") },
    { what: "with a resource", bytes: () => coreGuest("keep-handle") },
    { what: "of several instances", bytes: () => componentGuest("many-instances", 3) }
  ])("$what keeps all its state in one run", ({ bytes }) =>
    Effect.gen(function* () {
      const store = yield* ComponentStore
      const component = yield* store.accept(yield* Effect.promise(bytes))
      const whole = onlyFunction(yield* Effect.promise(() => readFile(component.glue, "utf8")))
      assert.isNotNull(whole)
      // As one expression it can be no more than one function.
      assert.instanceOf(new Script(`(${whole})`), Script)
      assert.throws(() => new Script(`(${whole} let state)`), SyntaxError)
    })
  )
})
