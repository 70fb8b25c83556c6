import { readFile } from "node:fs/promises"
import { Effect } from "effect"
import type { Component } from "../../Component.ts"
import { ExecutionFailed } from "../../ExecutionFailed.ts"
import { type Limits, memoryPages } from "../../Limits.ts"
import { sha256 } from "../../Sha256.ts"
import { type Guest, receive, send } from "./Guest.ts"
import { unexpected } from "./guestFailures.ts"

const gone = (detail: string) => new ExecutionFailed({ reason: "component-gone", detail })

const readWhole = Effect.fnUntraced(function* (path: string, sum: string) {
  const bytes = yield* Effect.tryPromise({
    try: () => readFile(path),
    catch: (cause) => gone(`a file of the component cannot be read: ${cause instanceof Error ? cause.message : cause}`)
  })
  if ((yield* Effect.promise(() => sha256(bytes))) !== sum) {
    return yield* gone(`a file of the component was changed: ${path}`)
  }
  return bytes
})

/**
 * Binds a fresh process to a component. `maxima` are the pages that each memory of each module may have; a `shared` process keeps
 * instances of several installs. Fails with `component-gone` where a file is not there or not what intake wrote; then nothing of it reached the process.
 */
export const bind = Effect.fnUntraced(function* (
  guest: Guest,
  component: Component,
  maxima: ReadonlyArray<ReadonlyArray<number>>,
  limits: Pick<Limits, "memoryMb">,
  shared: boolean
) {
  const files = yield* Effect.all(
    [readWhole(component.glue, component.glueSha256)].concat(
      component.modules.map((module) => readWhole(module.path, module.sha256))
    ),
    { concurrency: "unbounded" }
  )
  yield* send(guest, {
    type: "load",
    imports: component.imports,
    modules: component.modules.map(({ name, memories, state }, i) => ({
      name,
      minima: memories.map(({ minimum }) => minimum),
      maxima: memories.map(({ maximum }, k) => Math.min(maxima[i]?.[k] ?? 0, maximum ?? Number.POSITIVE_INFINITY)),
      state
    })),
    pages: memoryPages(limits),
    unrestorable: component.unrestorable,
    shared
  })
  for (const file of files) guest.node.send(file)
  const answer = yield* receive(guest)
  if (answer.type !== "loaded") return yield* unexpected(answer)
  guest.bound = true
})

/**
 * Has a bound process make ready for its next request, and keep instances that take at most so many bytes together. Its host calls
 * are out of turn.
 */
export const prepare = Effect.fnUntraced(function* (guest: Guest, keptBytes = 0) {
  yield* send(guest, { type: "prepare", keptBytes })
  const answer = yield* receive(guest)
  if (answer.type !== "ready") return yield* unexpected(answer)
})
