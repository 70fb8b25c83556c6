import { readFileSync } from "node:fs"
import { type AnyReadOperation, resources } from "@alga-psa/ext-domain"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { filesOfResources } from "../scripts/filesOfResources.ts"

describe("The SDK's list of resources", () => {
  it.each(Object.entries(filesOfResources()))("is the domain's in %s: run `sdk:resources`", (file, text) => {
    assert.strictEqual(readFileSync(new URL(`../src/${file}`, import.meta.url), "utf8"), text)
  })

  it.effect.each(
    resources.flatMap(({ name, operations }) =>
      Object.entries<AnyReadOperation>(operations).map(([operation, it]) => [`${name}.${operation}`, it] as const)
    )
  )("has arguments for %s that the host refuses as input", ([, operation]) =>
    Effect.gen(function* () {
      assert.strictEqual((yield* Effect.flip(operation.query(...operation.breaking))).code, "invalid-input")
    })
  )
})
