import { parse } from "@bytecodealliance/jco"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { ComponentStore } from "../src/index.ts"
import { freshStore } from "./support/freshStore.ts"
import { coreGuest } from "./support/Guests.ts"

const times = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, i) => text(i)).join("\n")

/** A component that exports a function `handler` of this type. */
const handling = (types: string, type: string) =>
  parse(`(component ${types}
    (core module $m (memory (export "m") 1) (func (export "f") (param i32))
      (func (export "r") (param i32 i32 i32 i32) (result i32) (i32.const 0)))
    (core instance $i (instantiate $m))
    (alias core export $i "m" (core memory $memory))
    (func $f (param "a" ${type}) (canon lift (core func $i "f") (memory $memory) (realloc (core func $i "r"))))
    (export "handler" (func $f)))`)

const record = (inner: string) => `(record ${times(9, (i) => `(field "f${i}" ${inner})`)})`

/**
 * Components that have much of one thing, and what is said of each. The host reads no longer answer about a component than
 * of 1 MiB: one that had to be told more of would end otherwise.
 */
const components: Readonly<Record<string, readonly [made: () => Promise<Uint8Array>, said: string]>> = {
  "imports that it uses": [
    () =>
      parse(`(component
        ${times(300, (i) => `(import "a${i}-${"b".repeat(600)}" (func $f${i})) (core func $l${i} (canon lower (func $f${i})))`)}
        (core module $m ${times(300, (i) => `(import "" "f${i}" (func))`)})
        (core instance (instantiate $m (with "" (instance ${times(300, (i) => `(export "f${i}" (func $l${i}))`)})))))`),
    "unknown-import"
  ],
  "core modules": [
    () => parse(`(component ${times(200, (i) => `(core module $m${i}) (core instance (instantiate $m${i}))`)})`),
    "too-much-work"
  ],
  "variables that change": [
    () => coreGuest("ok", "(global (mut i32) (i32.const 0))".repeat(50_000)),
    "accepted, many-globals"
  ],
  "exports of its core module": [
    () =>
      coreGuest(
        "ok",
        times(20_000, (i) => `(func (export "e${i}"))`)
      ),
    "accepted, "
  ],
  functions: [() => coreGuest("ok", "(func)".repeat(100_000)), "accepted, "],
  "a handler of a type of many fields": [
    () =>
      handling(
        times(
          3,
          (i) =>
            `(type $t${i + 1} ${record(i === 0 ? "string" : `$n${i}`)}) (import "t${i + 1}" (type $n${i + 1} (eq $t${i + 1})))`
        ),
        "$n3"
      ),
    "wrong-export-type"
  ],
  "sections of its own": [() => parse(`(component ${times(20_000, (i) => `(@custom "c${i}" "")`)})`), "no-handler"],
  "components in each other": [() => parse(`(component ${"(component ".repeat(15)}${")".repeat(15)})`), "no-handler"]
}

layer(freshStore(), { excludeTestServices: true })("a component of very many parts", (it) => {
  it.effect.each(Object.entries(components))("is told of in few words: %s", ([_, [made, said]]) =>
    Effect.gen(function* () {
      const store = yield* ComponentStore
      const outcome = yield* Effect.match(store.accept(yield* Effect.promise(made)), {
        onFailure: (error) => ("reason" in error ? error.reason : `${error._tag} ${error.message}`),
        onSuccess: ({ unrestorable }) => `accepted, ${unrestorable ?? ""}`
      })
      assert.strictEqual(outcome, said)
    })
  )
})
