import { execFile, spawn } from "node:child_process"
import { subscribe, unsubscribe } from "node:diagnostics_channel"
import { once } from "node:events"
import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { layerArchives } from "../src/index.ts"
import { freshStore } from "./support/freshStore.ts"
import { coreGuest } from "./support/Guests.ts"
import { lookAtOpener, lookAtTranspiler } from "./support/OtherProcesses.ts"
import { guestProcesses, run, sandboxOf } from "./support/Run.ts"

const statusIn = (text: string): ReadonlyMap<string, string> =>
  new Map(text.split("\n").map((line) => [line.split(":")[0] ?? "", line.slice(line.indexOf(":") + 1).trim()] as const))

const statusOf = (pid: number | "self") => statusIn(readFileSync(`/proc/${pid}/status`, "latin1"))

const confinedHost = fileURLToPath(new URL("./fixtures/child/ConfinedHost.ts", import.meta.url))
const loopingHost = fileURLToPath(new URL("./fixtures/child/LoopingHost.ts", import.meta.url))

const exists = (pid: number): boolean => {
  try {
    return !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, "latin1"))
  } catch {
    return false
  }
}

/** What the system offers, found without asking the code under test. */
const setpriv = ["/usr/bin/setpriv", "/bin/setpriv", "/sbin/setpriv"].find((path) => existsSync(path))
const shell = ["/bin/sh", "/usr/bin/sh"].some((path) => existsSync(path))
const root = process.getuid?.() === 0
const capSetPcap = 1n << 8n
const mayBound = (BigInt(`0x${statusOf("self").get("CapEff")}`) & capSetPcap) !== 0n
const none = "0".repeat(16)

/** What the system says that a process has left. */
const leftTo = (pid: number) => ({ status: statusOf(pid), limits: readFileSync(`/proc/${pid}/limits`, "latin1") })

const isConfined = ({ limits, status }: ReturnType<typeof leftTo>): void => {
  if (setpriv !== undefined) {
    assert.strictEqual(status.get("NoNewPrivs"), "1")
    assert.strictEqual(status.get("CapInh"), none)
  }
  if (setpriv !== undefined && mayBound) {
    const sets = ["CapPrm", "CapEff", "CapBnd", "CapAmb"].map((set) => status.get(set))
    assert.deepEqual(sets, [none, none, none, none])
  }
  if (shell) {
    assert.match(limits, /^Max file size +0 +0 /m)
    assert.match(limits, /^Max core file size +0 +0 /m)
    assert.match(limits, /^Max cpu time +3600 +3600 /m)
  }
}

/** Counts the processes that this program starts from now on. */
const countStarts = Effect.acquireRelease(
  Effect.sync(() => {
    let count = 0
    const add = () => {
      count += 1
    }
    subscribe("child_process", add)
    return Object.assign(() => count, { end: () => unsubscribe("child_process", add) })
  }),
  ({ end }) => Effect.sync(end)
)

describe("Confinement", () => {
  it.live("takes from each process what the system can take", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* run(coreGuest("ok"))).status, 200)
      const [pid = 0] = guestProcesses()
      isConfined(leftTo(pid))
    }).pipe(Effect.provide(sandboxOf({ spares: 0 })))
  )

  it.live("is not tried again where the strictest of all worked", () =>
    Effect.gen(function* () {
      if (setpriv === undefined || !mayBound) return
      yield* Layer.build(layerArchives())
      const started = yield* countStarts
      yield* Layer.build(Layer.fresh(layerArchives()))
      assert.strictEqual(started(), 0)
    })
  )

  it.live("takes as much from what transpiles, and from what opens an archive", () =>
    Effect.gen(function* () {
      isConfined((yield* lookAtTranspiler(leftTo)).found)
      isConfined((yield* lookAtOpener(leftTo)).found)
    }).pipe(Effect.provide([freshStore(true), layerArchives()]))
  )

  it.live("runs processes as a user of their own where it may, and does not start where it may not", () =>
    Effect.gen(function* () {
      const layer = sandboxOf({ spares: 0, user: { uid: 65_534, gid: 65_534 } })
      if (!root || setpriv === undefined) {
        const error = yield* Effect.flip(Effect.scoped(Layer.build(layer)))
        assert.strictEqual(error._tag, "NodeUnsuitable")
        return
      }
      yield* Effect.gen(function* () {
        assert.strictEqual((yield* run(coreGuest("ok"))).status, 200)
        const [pid = 0] = guestProcesses()
        const status = statusOf(pid)
        const nobody = "65534\t65534\t65534\t65534"
        assert.deepEqual([status.get("Uid"), status.get("Gid"), status.get("Groups")], [nobody, nobody, ""])
        assert.deepEqual([status.get("NoNewPrivs"), status.get("CapBnd"), status.get("CapEff")], ["1", none, none])
      }).pipe(Effect.provide(layer))
    })
  )

  it.live("leaves to a user of their own no group of this program's", () =>
    Effect.gen(function* () {
      if (!root || setpriv === undefined) return
      const start = promisify(execFile)(setpriv, ["--groups=4,24", process.execPath, confinedHost])
      const { stdout } = yield* Effect.promise(() => start)
      const status = statusIn(stdout)
      assert.deepEqual([status.get("Groups"), status.get("NoNewPrivs"), status.get("CapBnd")], ["", "1", none])
    })
  )

  it.live("ends processes that loop when this program is killed", () =>
    Effect.gen(function* () {
      if (setpriv === undefined) return
      const host = spawn(process.execPath, [loopingHost], { stdio: ["ignore", "pipe", "inherit"] })
      const line = yield* Effect.promise(() => once(host.stdout, "data"))
      const pids = String(line[0]).trim().split(" ").map(Number)
      assert.isTrue(pids.every(exists))
      host.kill("SIGKILL")
      while (pids.some(exists)) yield* Effect.sleep(5)
    })
  )
})
