import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import type { Component } from "@alga-psa/ext-adapters-wit"
import { type Instantiate, loadComponent } from "@alga-psa/ext-extension-sdk/instantiate"
import { Effect } from "effect"
import type { BenchOptions } from "../Bench.ts"
import type { Table } from "../Report.ts"
import { interleaved } from "../Sample.ts"
import { find, page } from "./MockData.ts"
import { onOneProcessor } from "./OneProcessor.ts"
import { request } from "./Ours.ts"

const calls = 200
const echo = fileURLToPath(new URL("./pipeEcho.ts", import.meta.url))

const callBytes = 160
const lengthOf = (value: unknown): number => JSON.stringify({ type: "ok", value }).length

/** Round trips of as many bytes as a host call and its reply have, to a process that only reads and writes. */
const barePipe = Effect.fnUntraced(function* (replyBytes: number) {
  const child = yield* Effect.acquireRelease(
    Effect.sync(() =>
      spawn(process.execPath, [echo, String(callBytes), String(replyBytes)], { stdio: ["pipe", "pipe", "inherit"] })
    ),
    (it) => Effect.sync(() => it.kill("SIGKILL"))
  )
  const reply = Buffer.alloc(replyBytes, 120)
  return Effect.promise(
    () =>
      new Promise<void>((resolve) => {
        let left = calls
        let missing = callBytes
        const onData = (chunk: Buffer) => {
          missing -= chunk.byteLength
          if (missing > 0) return
          missing = callBytes
          left -= 1
          if (left > 0) return void child.stdin.write(reply)
          child.stdout.off("data", onData)
          resolve()
        }
        child.stdout.on("data", onData)
        child.stdin.write(reply)
      })
  )
})

const inProcess = (instantiate: Instantiate, task: string) => {
  const imports = {
    clients: { listClients: () => structuredClone(page), getClient: (id: string) => find(id) ?? undefined }
  }
  const { handler } = instantiate(imports)
  const context = {
    requestId: undefined,
    tenantId: "tenant",
    extensionId: "extension",
    installId: undefined,
    versionId: undefined
  }
  return Effect.sync(() =>
    handler({ context, http: { method: "GET", url: `/${task}/${calls}`, headers: [], body: undefined } })
  )
}

/**
 * What a host call costs more through the pipe than in one process with the host, beside a bare round trip of the same
 * bytes: the same component makes the calls in both places. Once where the system places processes, once on one processor:
 * what wakes up on another one, asleep, takes longer than all the rest, and for the bare pipe the system chooses otherwise.
 */
export const boundary = Effect.fnUntraced(function* (component: Component, file: string, options: BenchOptions) {
  const instantiate = yield* Effect.promise(() => loadComponent(file))
  const cases = [
    { name: "get", task: "gets", bytes: lengthOf(find(page.items[0]?.clientId)), goalMicroseconds: 40 },
    { name: "list of 25", task: "lists", bytes: lengthOf(page), goalMicroseconds: 90 }
  ]
  const rows: Array<Table["rows"][number]> = []
  const figures: Record<string, number> = {}
  const places = [
    { place: "any processor", run: <A, E, R>(effect: Effect.Effect<A, E, R>) => effect },
    { place: "one processor", run: onOneProcessor }
  ]
  const combinations = places.flatMap((where) => cases.map((what) => ({ ...where, ...what })))
  for (const { name, task, bytes, goalMicroseconds, place, run } of combinations) {
    const contenders = {
      none: request(component, { task: `${task}/0` }),
      ours: request(component, { task: `${task}/${calls}` }),
      within: inProcess(instantiate, task),
      pipe: yield* barePipe(bytes)
    }
    const taken = yield* run(interleaved(contenders, options.budget / 2))
    const each = (milliseconds: number) => (milliseconds * 1_000) / calls
    const whole = each(taken.ours.median - taken.none.median)
    const added = whole - each(taken.within.median)
    const pipe = each(taken.pipe.median)
    const met = added <= Math.max(goalMicroseconds, 2 * pipe)
    figures[`added to a ${name}, ${place}: ${place === "one processor" ? "/ a bare pipe" : "µs"}`] =
      place === "one processor" ? added / pipe : added
    rows.push([
      added / pipe,
      `${name}, ${place}`,
      added,
      goalMicroseconds,
      met ? "yes" : "NO",
      whole,
      each(taken.within.median),
      pipe,
      bytes
    ])
  }
  const table: Table = {
    title: `Added by the process boundary to one host call (µs, medians of ${calls} calls in one request)`,
    columns: [
      "x bare pipe",
      "call",
      "added",
      "goal",
      "met",
      "whole",
      "in one process",
      "bare pipe",
      "bytes of the reply"
    ],
    rows
  }
  return { table, figures }
})
