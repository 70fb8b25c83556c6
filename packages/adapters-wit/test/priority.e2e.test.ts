import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { getPriority, tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Metric } from "effect"
import { ok } from "../src/HostCall.ts"
import { ComponentStore, Sandbox } from "../src/index.ts"
import { sha256 } from "../src/Sha256.ts"
import { coreGuest } from "./support/Guests.ts"
import { guestProcesses, longLimits, longMs, requestOf, run, sandboxOf } from "./support/Run.ts"

const rounds = 12
const lowered = 10

/** The priorities of the processes that are there; one may end while this looks. */
const priorities = () =>
  guestProcesses().flatMap((pid) => {
    try {
      return [[pid, getPriority(pid)] as const]
    } catch {
      return []
    }
  })

const replacedForPriority = Effect.map(
  Metric.snapshot,
  (metrics) =>
    metrics.filter(
      ({ attributes, state }) =>
        attributes?.["why"] === "priority" && (state as { readonly count: number | bigint }).count > 0
    ).length
)

/** Whether this program may give a process a better priority again, as root may. */
const mayRaise = process.getuid?.() === 0

/** A component whose process takes much processor time to load it, before it has a request. */
const longToLoad = Effect.gen(function* () {
  const component = yield* (yield* ComponentStore).accept(yield* Effect.promise(() => coreGuest("flood-host-calls")))
  const folder = yield* Effect.acquireRelease(
    Effect.promise(() => mkdtemp(join(tmpdir(), "alga-priority-"))),
    (path) => Effect.promise(() => rm(path, { recursive: true }))
  )
  const glue = join(folder, "guest.js")
  return yield* Effect.promise(async () => {
    const text = `${await readFile(component.glue, "utf8")}\nfor (let i = 0; i < 100_000_000; i++);\n`
    await writeFile(glue, text)
    return { ...component, glue, glueSha256: await sha256(Buffer.from(text)) }
  })
})

describe("A process that used much processor time", () => {
  it.live("goes on at a lower priority, and serves the next request at the usual one or not at all", () =>
    Effect.gen(function* () {
      const usual = getPriority()
      let calls = 0
      let slow = 0
      const untilLowered = Effect.gen(function* () {
        calls += 1
        if (calls < rounds) return ok(null)
        for (;;) {
          const found = priorities().find(([, priority]) => priority === lowered)
          if (found !== undefined) {
            slow = found[0]
            return ok(null)
          }
          yield* Effect.sleep(5)
        }
      })
      const first = yield* run(coreGuest("burn"), { body: new Uint8Array(rounds), host: () => untilLowered })
      assert.strictEqual(first.status, 200)
      while (!mayRaise && guestProcesses().includes(slow)) yield* Effect.sleep(5)
      const seen: Array<number> = []
      const look = Effect.sync(() => {
        for (const [, priority] of priorities()) seen.push(priority)
        return ok(null)
      })
      assert.strictEqual((yield* run(coreGuest("burn"), { body: new Uint8Array(1), host: () => look })).status, 200)
      assert.deepEqual([...new Set(seen)], [usual])
      assert.strictEqual(guestProcesses().includes(slow), mayRaise)
      assert.strictEqual(yield* replacedForPriority, mayRaise ? 0 : 1)
    }).pipe(
      Effect.provide(sandboxOf({ spares: 0, idleProcesses: 4 })),
      Effect.provideService(Metric.MetricRegistry, new Map())
    )
  )

  it.live("keeps its priority for what it used to load its component", () =>
    Effect.gen(function* () {
      const seen: Array<number> = []
      const look = Effect.sync(() => {
        for (const [, priority] of priorities()) seen.push(priority)
        return ok(null)
      })
      const execution = {
        component: yield* longToLoad,
        tenantId: "tenant",
        installId: "install",
        request: requestOf(),
        limits: { ...longLimits, cpuMs: longMs },
        host: () => look
      }
      assert.strictEqual((yield* (yield* Sandbox).execute(execution)).status, 200)
      assert.deepEqual(seen, [getPriority()])
    }).pipe(Effect.scoped, Effect.provide(sandboxOf({ spares: 0 })))
  )
})
