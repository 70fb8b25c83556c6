import { assert, describe, it } from "@effect/vitest"
import { Effect, Logger, References } from "effect"
import { type Confinement, tellConfinement } from "../src/internal/host/Confinement.ts"
import { TellsConfinement } from "../src/TellsConfinement.ts"

const told = (confinement: Confinement, tells = true) =>
  Effect.gen(function* () {
    const lines: Array<readonly [string, unknown]> = []
    const logger = Logger.make<unknown, void>(({ fiber, logLevel }) => {
      lines.push([logLevel, fiber.getRef(References.CurrentLogAnnotations)["confinement"]])
    })
    yield* tellConfinement(confinement).pipe(
      Effect.provide(Logger.layer([logger])),
      Effect.provideService(TellsConfinement, tells)
    )
    return lines
  })

describe("what the log says of the confinement", () => {
  it.effect("is what is taken from each process, and a warning where it may gain privileges", () =>
    Effect.gen(function* () {
      const setpriv = ["/usr/bin/setpriv", "--no-new-privs", "--pdeathsig=KILL"]
      assert.deepStrictEqual(yield* told(setpriv), [["Info", "no new privileges, ends with the runner"]])
      assert.deepStrictEqual(yield* told([]), [["Warn", "none"]])
    })
  )

  it.effect("is nothing where a guest is run once", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* told([], false), [])
    })
  )
})
