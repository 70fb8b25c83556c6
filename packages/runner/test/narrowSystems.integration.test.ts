import { spawnSync } from "node:child_process"
import { chmod, mkdir } from "node:fs/promises"
import { join } from "node:path"
import { testDatabase } from "@alga-psa/ext-adapters-pg/testing/TestDatabase"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { serveSetting } from "../testing/ServeProgram.ts"
import { untilReady } from "./support/InstallFixture.ts"
import { tellForm } from "./support/tellForm.ts"

const node = process.execPath
const isRoot = process.geteuid?.() === 0
/** Only who may change what is mounted can have a root that is read-only, and a cache of its own in memory. */
const mayMount = isRoot && spawnSync("unshare", ["--mount", "true"]).status === 0
tellForm(mayMount, "systems are narrow by mounts", "systems are narrow without mounts: their root can be written")

/** A user without an entry and without a home, of group 0, as OpenShift gives one to a project. */
const asAnybody = isRoot
  ? ["setpriv", "--reuid=1000620000", "--regid=0", "--clear-groups", "--no-new-privs", "env", "--unset=HOME"]
  : ["env", "--unset=HOME"]

const mounts = [
  "mount --make-rprivate /",
  `mount -t tmpfs -o "size=$CACHE_SIZE,mode=0770,uid=0,gid=0" none "$EXT_CACHE_ROOT"`,
  "mount -o remount,bind,ro /"
].join(" && ")
const within = mayMount ? `${mounts} && exec` : "exec"
const narrow = ["/bin/sh", "-c", `${within} ${asAnybody.join(" ")} "$0" "$@"`, node] as const
const command = mayMount ? (["unshare", "--mount", ...narrow] as const) : narrow

const setting = Effect.flatMap(testDatabase, (url) => serveSetting(Redacted.value(url)))

const cacheOf = (folder: string) =>
  Effect.promise(async () => {
    const root = join(folder, "own")
    await mkdir(root)
    await chmod(folder, 0o755)
    await chmod(root, 0o777)
    return root
  })

describe("a runner with a read-only root, a cache in memory, no home, and any user of group 0", () => {
  it.live(
    "starts, takes a component in and runs it",
    () =>
      Effect.gen(function* () {
        const { folder, serveBy } = yield* setting
        const serve = serveBy(command)
        const { execute, run, url } = yield* serve({ EXT_CACHE_ROOT: yield* cacheOf(folder), CACHE_SIZE: "64m" })
        for (const _ of [1, 2]) assert.strictEqual((yield* execute()).http, 200)
        yield* untilReady(url)
        assert.strictEqual(yield* Effect.promise(() => run.end("SIGTERM")), 0)
      }),
    300_000
  )

  it.live(
    "says in one line that it lacks a cache root, where it has no home to put one in",
    () =>
      Effect.gen(function* () {
        if (!isRoot) return
        const { start } = yield* setting
        const plain = ["/bin/sh", "-c", `exec ${asAnybody.join(" ")} "$0" "$@"`, node] as const
        const run = yield* start({ EXT_CACHE_ROOT: "" }, plain)
        yield* Effect.promise(() => Array.fromAsync(run.lines))
        const { code, errors } = yield* Effect.promise(() => run.ended)
        assert.strictEqual(code, 2)
        assert.match(errors, /^alga-extension-runner: EXT_CACHE_ROOT is not set: The directory of accepted[^\n]+\n$/)
      }),
    300_000
  )
})
