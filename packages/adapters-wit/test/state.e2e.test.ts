import { assert, layer } from "@effect/vitest"
import { Effect, Metric } from "effect"
import { headroomPages } from "../src/internal/child/GuestInstance.ts"
import { processorTime } from "../src/internal/host/processorTime.ts"
import { coreGuest, scriptGuest } from "./support/Guests.ts"
import { guestProcesses, longMs, type RunOptions, run, sandboxOf } from "./support/Run.ts"

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

layer(sandboxOf({ spares: 0 }), { excludeTestServices: true })("State", (it) => {
  it.effect.each([
    { guest: "a counter on QuickJS", bytes: () => scriptGuest(), method: "GET", status: 201 },
    { guest: "a counter on StarlingMonkey", bytes: () => scriptGuest("starlingmonkey"), method: "GET", status: 201 },
    { guest: "keep-global", bytes: () => coreGuest("keep-global"), status: 201 },
    { guest: "keep-memory-size", bytes: () => coreGuest("keep-memory-size"), status: 201 },
    { guest: "keep-beyond", bytes: () => coreGuest("keep-beyond"), status: 200 },
    { guest: "caught-host-call", bytes: () => coreGuest("caught-host-call"), status: 200 }
  ])("of $guest is set back after each request", ({ bytes, method = "POST", status }) =>
    Effect.gen(function* () {
      const seen = yield* repeat(bytes(), { method, body: new Uint8Array(3) })
      assert.deepEqual(seen, { statuses: [status, status, status, status], outcomes: ["restored"] })
    })
  )

  it.effect.each([
    { guest: "keep-table", status: 201, outcome: "table-write" },
    { guest: "keep-segment", status: 201, outcome: "segment-drop" },
    { guest: "keep-reference", status: 201, outcome: "reference-global" },
    { guest: "keep-handle", status: 201, outcome: "unusual-call" },
    { guest: "call-out-of-turn", status: 200, outcome: "unusual-call" },
    { guest: "call-at-start", status: 201, outcome: "call-at-start" }
  ])("of $guest is thrown away and counted as $outcome", ({ guest, outcome, status }) =>
    Effect.gen(function* () {
      const seen = yield* repeat(coreGuest(guest))
      assert.deepEqual(seen, { statuses: [status, status, status, status], outcomes: [outcome] })
    })
  )

  it.effect("is thrown away where memory grew beyond what can be undone, however often it does", () =>
    Effect.gen(function* () {
      const guest = coreGuest("keep-memory-size")
      const grower = { installId: "grower" }
      const within = { ...grower, body: new Uint8Array(headroomPages) }
      const beyond = { ...grower, body: new Uint8Array(headroomPages + 1) }
      const before = guestProcesses().length
      assert.deepEqual(yield* repeat(guest, beyond), { statuses: [201, 201, 201, 201], outcomes: ["memory-grown"] })
      assert.deepEqual(yield* repeat(guest, within), { statuses: [201, 201, 201, 201], outcomes: ["restored"] })
      assert.deepEqual(yield* repeat(guest, beyond, 1), { statuses: [201], outcomes: ["memory-grown"] })
      assert.isAtMost(guestProcesses().length, before + 1)
    })
  )

  it.effect.each([headroomPages, headroomPages + 1, 200])(
    "has the same memory behind what it sees after a request that took %i pages",
    (pages) =>
      Effect.gen(function* () {
        const guest = coreGuest("keep-memory-behind")
        const options = { installId: "behind" }
        const take = run(guest, { ...options, body: new Uint8Array(pages) })
        const readPage = (page: number) => run(guest, { ...options, body: new Uint8Array(1_000 + page) })
        yield* take
        assert.strictEqual((yield* readPage(headroomPages)).status, 200)
        yield* take
        assert.propertyVal(yield* Effect.flip(readPage(headroomPages + 1)), "reason", "trap")
      })
  )

  it.effect(
    "costs its install processor time after the answer, while the process makes ready for the next request",
    () =>
      Effect.gen(function* () {
        const guest = coreGuest("burn-at-start")
        const installId = "burns"
        const before = new Set(guestProcesses())
        const asked: Array<{ readonly pid: number; readonly used: number }> = []
        /** Notes its process, and what that had used, at the moment when it gets its request: it rests then. */
        const onRun = () => {
          const [pid = 0] = guestProcesses().filter((one) => !before.has(one))
          asked.push({ pid, used: processorTime(pid) ?? 0 })
        }
        const ask = (cpuMs: number) => run(guest, { installId, limits: { cpuMs }, onRun })
        for (let i = 0; i < 3; i++) assert.strictEqual((yield* ask(longMs)).status, 200)
        const [, first, second] = asked
        // Its instance is there before the request, which needs next to nothing. The next one is started when it has answered.
        const limit = ((second?.used ?? 0) - (first?.used ?? 0)) / 3
        assert.strictEqual((yield* ask(limit)).status, 200)
        const pid = asked.at(-1)?.pid ?? 0
        assert.strictEqual(pid, first?.pid)
        while (guestProcesses().includes(pid)) yield* Effect.sleep(10)
        assert.strictEqual((yield* ask(longMs)).status, 200)
      })
  )
})
