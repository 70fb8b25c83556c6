import { spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { findConfinement } from "../src/internal/host/Confinement.ts"
import { coreGuest } from "./support/Guests.ts"
import { guestProcesses, run, sandboxOf } from "./support/Run.ts"

const statusOf = (pid: number): ReadonlyMap<string, string> =>
  new Map(
    readFileSync(`/proc/${pid}/status`, "latin1")
      .split("\n")
      .map((line) => line.split(":\t") as [string, string])
  )

const loopingHost = fileURLToPath(new URL("./fixtures/child/LoopingHost.ts", import.meta.url))

const exists = (pid: number): boolean => {
  try {
    return !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, "latin1"))
  } catch {
    return false
  }
}

const root = process.getuid?.() === 0

describe("Confinement", () => {
  it.live("takes from each process what the system can take", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* run(coreGuest("ok"))).status, 200)
      const strictest = yield* findConfinement(process.execPath, null)
      const [pid = 0] = guestProcesses()
      if (strictest.includes("--no-new-privs")) assert.strictEqual(statusOf(pid).get("NoNewPrivs"), "1")
      if (strictest.includes("--bounding-set=-all")) {
        assert.match(statusOf(pid).get("CapEff") ?? "", /^0+$/)
        assert.match(statusOf(pid).get("CapBnd") ?? "", /^0+$/)
      }
      if (strictest.includes("-c")) {
        const limits = readFileSync(`/proc/${pid}/limits`, "latin1")
        assert.match(limits, /^Max file size +0 +0 /m)
        assert.match(limits, /^Max core file size +0 +0 /m)
        assert.match(limits, /^Max cpu time +3600 +3600 /m)
      }
    }).pipe(Effect.provide(sandboxOf({ spares: 0 })))
  )

  it.live("runs processes as a user of their own where it may, and does not start where it may not", () =>
    Effect.gen(function* () {
      const layer = sandboxOf({ spares: 0, user: { uid: 65_534, gid: 65_534 } })
      const found = yield* Effect.exit(findConfinement(process.execPath, { uid: 65_534, gid: 65_534 }))
      if (!root || found._tag === "Failure") {
        const error = yield* Effect.flip(Effect.scoped(Layer.build(layer)))
        assert.strictEqual(error._tag, "NodeUnsuitable")
        return
      }
      yield* Effect.gen(function* () {
        assert.strictEqual((yield* run(coreGuest("ok"))).status, 200)
        const [pid = 0] = guestProcesses()
        assert.match(statusOf(pid).get("Uid") ?? "", /^65534\t65534\t65534\t65534$/)
        assert.match(statusOf(pid).get("Gid") ?? "", /^65534\t65534\t65534\t65534$/)
      }).pipe(Effect.provide(layer))
    })
  )

  it.live("ends processes that loop when this program is killed", () =>
    Effect.gen(function* () {
      const strictest = yield* findConfinement(process.execPath, null)
      if (!strictest.includes("--pdeathsig=KILL")) return
      const host = spawn(process.execPath, [loopingHost], { stdio: ["ignore", "pipe", "inherit"] })
      const line = yield* Effect.promise(() => once(host.stdout, "data"))
      const pids = String(line[0]).trim().split(" ").map(Number)
      assert.isTrue(pids.every(exists))
      host.kill("SIGKILL")
      while (pids.some(exists)) yield* Effect.sleep(5)
    })
  )
})
