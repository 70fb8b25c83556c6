import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { layerArchives } from "../src/index.ts"
import { bootstrap } from "../src/internal/host/ProgramText.ts"
import { freshStore } from "./support/freshStore.ts"
import { coreGuest } from "./support/Guests.ts"
import { lookAtOpener, lookAtTranspiler } from "./support/OtherProcesses.ts"
import { flagsOf, guestProcesses, type RunOptions, run, sandboxOf } from "./support/Run.ts"

/** Runs a component once; gives the processes that are there then, each kept for whom it served. */
const processesAfter = (options: RunOptions<never>) =>
  Effect.gen(function* () {
    assert.strictEqual((yield* run(coreGuest("ok"), options)).status, 200)
    return new Set(guestProcesses())
  })

const kept = { spares: 0, idleProcesses: 10 }
const x = { tenantId: "a", installId: "x" }

/** With these every process ends its flags. */
const closed = [
  "--no-experimental-sqlite",
  "--freeze-flags-after-init",
  "--disable-sigusr1",
  "--no-addons",
  "--no-warnings",
  "--input-type=module",
  "--eval",
  bootstrap
]
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

  it.live("serves again after signals that go to all processes of a group", () =>
    Effect.gen(function* () {
      const before = yield* processesAfter(x)
      for (const pid of before) {
        for (const signal of ["SIGHUP", "SIGINT", "SIGTERM", "SIGUSR1"]) process.kill(pid, signal)
      }
      for (const _ of ["meets them", "goes on"]) assert.deepEqual(yield* processesAfter(x), before)
    }).pipe(Effect.provide(sandboxOf(kept)))
  )

  it.live("is started with these flags and no others, none of which lets it read a file", () =>
    Effect.gen(function* () {
      yield* processesAfter(x)
      const [pid = 0] = guestProcesses()
      assert.deepEqual(flagsOf(pid), [
        "--permission",
        "--disallow-code-generation-from-strings",
        "--wasm-max-mem-pages=4096",
        "--wasm-max-table-size=100000",
        "--max-old-space-size=256",
        "--max-semi-space-size=4",
        "--stack-size=1300",
        "--liftoff-only",
        "--no-maglev",
        "--no-opt",
        "--wasm-wrapper-tiering-budget=1000000000",
        "--single-threaded",
        ...closed
      ])
      const environment = readFileSync(`/proc/${pid}/environ`, "utf8")
        .split("\0")
        .map((line) => line.split("=")[0])
      assert.includeMembers(["PWD", "OLDPWD", "SHLVL", "_", ""], environment)
    }).pipe(Effect.provide(sandboxOf(kept)))
  )
})

const noMore = () => null

describe("A process beside the sandbox's", () => {
  it.live("may read the transpiler and nothing else, where it transpiles", () =>
    Effect.gen(function* () {
      const { flags } = yield* lookAtTranspiler(noMore)
      const reads = flags.filter((flag) => flag.startsWith("--allow-"))
      const folder =
        /^--allow-fs-read=\/.*\/(?:@bytecodealliance\/(?:jco|jco-transpile|preview2-shim)|dist\/jco)\/[\w/]+$/
      assert.isNotEmpty(reads)
      for (const read of reads) assert.match(read, folder)
      const rest = flags.filter((flag) => !reads.includes(flag) && !/^--(max-old-space|wasm-max)/.test(flag))
      assert.deepEqual(rest, ["--permission", "--disallow-code-generation-from-strings", "--liftoff-only", ...closed])
    }).pipe(Effect.provide(freshStore(true)))
  )

  it.live("may read nothing, where it opens an archive", () =>
    Effect.gen(function* () {
      const { flags } = yield* lookAtOpener(noMore)
      const rest = flags.filter((flag) => !/^--(max-old-space|wasm-max)/.test(flag))
      assert.deepEqual(rest, ["--permission", "--disallow-code-generation-from-strings", "--liftoff-only", ...closed])
    }).pipe(Effect.provide(layerArchives()))
  )
})
