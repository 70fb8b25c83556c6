import { Effect, Fiber } from "effect"
import { Archives } from "../../src/index.ts"
import { flagsOf, restrictedProcesses } from "./Run.ts"
import { archiveOf } from "./Tar.ts"

/** What is seen of a process: its own flags, and what else is looked at in the same moment. */
type Look<A> = (pid: number) => A

const seen = <A>(like: RegExp, look: Look<A>) => {
  const [pid] = restrictedProcesses(like)
  const flags = pid === undefined ? null : flagsOf(pid)
  if (pid === undefined || flags === null) return null
  try {
    return { flags, found: look(pid) }
  } catch {
    return null
  }
}

/** Looks at the process that transpiles, which waits for its next component as long as the store is there. */
export const lookAtTranspiler = Effect.fnUntraced(function* <A>(look: Look<A>) {
  for (;;) {
    const transpiler = seen(/--permission.*--allow-fs-read/, look)
    if (transpiler !== null) return transpiler
    yield* Effect.sleep(5)
  }
})

const archive = archiveOf([
  { name: "padding", content: Buffer.alloc(100 * 1024 * 1024) },
  { name: "manifest.json", content: "{}" },
  { name: "dist/main.wasm", content: "component" }
])

/** Looks at a process that opens an archive. One that is gone too soon to be looked at is followed by another. */
export const lookAtOpener = Effect.fnUntraced(function* <A>(look: Look<A>) {
  const archives = yield* Archives
  for (;;) {
    const opening = yield* Effect.forkChild(Effect.exit(archives.component(archive)), { startImmediately: true })
    while (opening.pollUnsafe() === undefined) {
      const opener = seen(/--permission(?!.*--max-semi-space-size).*--max-old-space-size=128/, look)
      if (opener !== null) {
        yield* Fiber.interrupt(opening)
        return opener
      }
      yield* Effect.sleep(1)
    }
  }
})
