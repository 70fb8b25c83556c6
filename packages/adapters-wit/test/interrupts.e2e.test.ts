import { interruptSomeSteps } from "@alga-psa/ext-domain/testing/interruptEveryStep"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { ok } from "../src/HostCall.ts"
import { coreGuest, scriptGuest } from "./support/Guests.ts"
import { guestProcesses, run, sandboxOf } from "./support/Run.ts"
import { turns } from "./support/standIn.ts"

const options = { concurrency: 2, concurrencyPerTenant: 2, concurrencyPerInstall: 2, spares: 1, idleProcesses: 1 }

layer(sandboxOf(options), { excludeTestServices: true, timeout: "60 seconds" })(
  "Sandbox, interrupted at steps that a seed chooses",
  (it) => {
    it.effect(
      "leaves no process beside its pool and no place taken, and the next execution works",
      () =>
        Effect.gen(function* () {
          const host = () => Effect.as(turns(1), ok(null))
          const guests = [scriptGuest("counter"), coreGuest("ok")]
          for (const [index, guest] of guests.entries()) {
            const expected = (yield* run(guest, { host })).status
            const steps = yield* interruptSomeSteps(run(guest, { host }), { count: 40, seed: `sandbox ${index}` }, () =>
              Effect.gen(function* () {
                const both = Effect.all([run(guest, { host }), run(guest, { host })], { concurrency: 2 })
                for (const { status } of yield* both) assert.strictEqual(status, expected)
              })
            )
            assert.isAbove(steps, 20)
          }
          // A spare, one that waits for its install, and one that is made ready for it meanwhile.
          while (guestProcesses().length > 3) yield* turns(1)
        }),
      120_000
    )
  }
)
