import { readdirSync, readFileSync } from "node:fs"
import { assert, expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import { coreGuest, scriptGuest } from "./support/Guests.ts"
import { guestProcesses, run, runComponent, sandboxOf, takeIn } from "./support/Run.ts"

const openFiles = (): number => readdirSync("/proc/self/fd").length

const residentPages = (pid: number): number => Number(readFileSync(`/proc/${pid}/statm`, "latin1").split(" ")[1])

const zombies = (): number =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const fields = readFileSync(`/proc/${pid}/stat`, "latin1")
          .replace(/^.*\) /, "")
          .split(" ")
        return fields[0] === "Z" && Number(fields[1]) === process.pid
      } catch {
        return false
      }
    }).length

const linux = process.platform === "linux"

layer(sandboxOf({ spares: 1, idleProcesses: 1 }), { excludeTestServices: true })("A sandbox at work for long", (it) => {
  it.effect("keeps the memory of a process flat over many requests", () =>
    Effect.gen(function* () {
      const answer = runComponent(yield* takeIn(scriptGuest()), { method: "GET" })
      for (let i = 0; i < 300; i++) yield* answer
      if (!linux) return
      const sizes = () => Math.max(...guestProcesses().map(residentPages))
      const before = sizes()
      for (let i = 0; i < 1_500; i++) yield* answer
      assert.isBelow(sizes(), before * 1.5)
    })
  )

  it.effect("leaves no dead process and no open file behind those that it ended", () =>
    Effect.gen(function* () {
      const endProcesses = Effect.fnUntraced(function* (times: number) {
        for (let i = 0; i < times; i++) yield* Effect.flip(run(coreGuest("trap")))
        yield* run(coreGuest("ok"))
        while (linux && zombies() > 0) yield* Effect.sleep(5)
      })
      yield* endProcesses(1)
      if (!linux) return
      const before = openFiles()
      yield* endProcesses(5)
      // A spare that starts has files of its own for a moment. What five processes left would stay.
      yield* Effect.promise(() => expect.poll(openFiles).toBeLessThanOrEqual(before + 3))
    })
  )
})
