import { assert, layer } from "@effect/vitest"
import { Effect, Metric } from "effect"
import { coreGuest, scriptGuest } from "./support/Guests.ts"
import { guestProcesses, type RunOptions, run, sandboxOf } from "./support/Run.ts"

const outcomes = Effect.map(
  Metric.snapshot,
  (metrics) =>
    new Map(
      metrics
        .filter(({ id }) => id === "alga_extension_sandbox_instances_total")
        .map(({ attributes, state }) => [attributes?.["outcome"], (state as { readonly count: number }).count])
    )
)

/** Runs a guest some times in one process; gives the statuses and what became of its instances. */
const repeat = (guest: Promise<Uint8Array>, options: RunOptions<never> = {}, times = 4) =>
  Effect.gen(function* () {
    const before = yield* outcomes
    const statuses: Array<number> = []
    for (let i = 0; i < times; i++) statuses.push((yield* run(guest, options)).status)
    const after = yield* outcomes
    const changed = [...after].filter(([outcome, count]) => count !== before.get(outcome))
    return { statuses, outcomes: changed.map(([outcome]) => outcome) }
  })

layer(sandboxOf({ spares: 0 }), { excludeTestServices: true, timeout: "60 seconds" })("State", (it) => {
  it.effect.each([
    { guest: "counter on QuickJS", bytes: () => scriptGuest("counter"), status: 201 },
    { guest: "counter on StarlingMonkey", bytes: () => scriptGuest("counter", "starlingmonkey"), status: 201 },
    { guest: "keep-global", bytes: () => coreGuest("keep-global"), status: 201 },
    { guest: "keep-memory-size", bytes: () => coreGuest("keep-memory-size"), status: 201 },
    { guest: "keep-beyond", bytes: () => coreGuest("keep-beyond"), status: 200 },
    { guest: "keep-handle", bytes: () => coreGuest("keep-handle"), status: 201 }
  ])("of $guest is set back after each request", ({ bytes, status }) =>
    Effect.gen(function* () {
      const seen = yield* repeat(bytes(), { installId: bytes.toString(), body: new Uint8Array(3) })
      assert.deepEqual(seen, { statuses: [status, status, status, status], outcomes: ["restored"] })
    })
  )

  it.effect.each([
    { guest: "keep-table", status: 201, outcome: "table-write" },
    { guest: "keep-segment", status: 201, outcome: "segment-drop" },
    { guest: "keep-reference", status: 201, outcome: "reference-global" },
    { guest: "call-at-start", status: 201, outcome: "call-at-start" }
  ])("of $guest is thrown away and counted as $outcome", ({ guest, outcome, status }) =>
    Effect.gen(function* () {
      const seen = yield* repeat(coreGuest(guest))
      assert.deepEqual(seen, { statuses: [status, status, status, status], outcomes: [outcome] })
    })
  )

  it.effect("is thrown away where memory grew beyond what can be undone, and then more of it can be", () =>
    Effect.gen(function* () {
      const guest = coreGuest("keep-memory-size")
      const options = { installId: "grower", body: new Uint8Array(40) }
      const before = guestProcesses().length
      assert.deepEqual(yield* repeat(guest, options, 1), { statuses: [201], outcomes: ["memory-grown"] })
      assert.deepEqual(yield* repeat(guest, options), { statuses: [201, 201, 201, 201], outcomes: ["restored"] })
      assert.isAtMost(guestProcesses().length, before + 1)
    })
  )
})
