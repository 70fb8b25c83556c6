import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit } from "effect"
import { fromOptional } from "../src/internal/optionalPackage.ts"

const notFound = (name: string) =>
  Object.assign(new Error(`Cannot find package '${name}' imported from /runner`), { code: "ERR_MODULE_NOT_FOUND" })

const loading = (load: () => Promise<string>) => fromOptional("optional", load, () => "install it")

describe("A package that may not be installed", () => {
  it.effect("gives what is loaded of it", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* loading(() => Promise.resolve("loaded")), "loaded")
    })
  )

  it.effect("fails with what is missing where it is not installed", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* Effect.flip(loading(() => Promise.reject(notFound("optional")))), "install it")
    })
  )

  it.effect.each([notFound("another"), new Error("'optional' throws while it loads")])(
    "is a defect where it is installed and does not load: %s",
    (error) =>
      Effect.gen(function* () {
        const exit = yield* Effect.exit(loading(() => Promise.reject(error)))
        assert(Exit.isFailure(exit) && Cause.hasDies(exit.cause))
        assert.strictEqual(Cause.squash(exit.cause), error)
      })
  )
})
