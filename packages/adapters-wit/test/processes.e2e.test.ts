import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { bootstrap } from "../src/internal/host/ProgramText.ts"
import { coreGuest } from "./support/Guests.ts"
import { guestProcesses, type RunOptions, run, sandboxOf } from "./support/Run.ts"

/** Runs a component once; gives the processes that are there then, each kept for whom it served. */
const processesAfter = (options: RunOptions<never>) =>
  Effect.gen(function* () {
    assert.strictEqual((yield* run(coreGuest("ok"), options)).status, 200)
    return new Set(guestProcesses())
  })

const kept = { spares: 0, idleProcesses: 10 }
const x = { tenantId: "a", installId: "x" }

describe("A process of the sandbox", () => {
  it.live.each([
    { other: "another install of the tenant", options: { tenantId: "a", installId: "y" } },
    { other: "an install of another tenant, of the same name", options: { tenantId: "b", installId: "x" } },
    { other: "another memory limit", options: { ...x, limits: { memoryMb: 8 } } },
    { other: "ids that are the same where they are joined", options: { tenantId: "", installId: "ax" } }
  ])("serves its install again, and never $other", ({ options }) =>
    Effect.gen(function* () {
      const first = yield* processesAfter(x)
      assert.strictEqual(first.size, 1)
      assert.deepEqual(yield* processesAfter(x), first)
      const both = yield* processesAfter(options)
      assert.strictEqual(both.size, 2)
      assert.isTrue(first.isSubsetOf(both))
      assert.deepEqual(yield* processesAfter(x), both)
    }).pipe(Effect.provide(sandboxOf(kept)))
  )

  it.live("is of one component", () =>
    Effect.gen(function* () {
      yield* processesAfter(x)
      yield* run(coreGuest("many-headers"), x)
      assert.lengthOf(guestProcesses(), 2)
    }).pipe(Effect.provide(sandboxOf(kept)))
  )

  it.live("is started with these flags and no others, none of which lets it read a file", () =>
    Effect.gen(function* () {
      yield* processesAfter(x)
      const [pid = 0] = guestProcesses()
      const args = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, -1)
      assert.deepEqual(args.slice(args.indexOf(process.execPath) + 1), [
        "--permission",
        "--disallow-code-generation-from-strings",
        "--wasm-max-mem-pages=4096",
        "--wasm-max-table-size=100000",
        "--max-old-space-size=256",
        "--max-semi-space-size=4",
        "--liftoff-only",
        "--no-maglev",
        "--no-opt",
        "--wasm-wrapper-tiering-budget=1000000000",
        "--no-experimental-sqlite",
        "--freeze-flags-after-init",
        "--disable-sigusr1",
        "--no-addons",
        "--no-warnings",
        "--input-type=module",
        "--eval",
        bootstrap
      ])
      const environment = readFileSync(`/proc/${pid}/environ`, "utf8")
        .split("\0")
        .map((line) => line.split("=")[0])
      assert.includeMembers(["PWD", "OLDPWD", "SHLVL", "_", ""], environment)
    }).pipe(Effect.provide(sandboxOf(kept)))
  )
})
