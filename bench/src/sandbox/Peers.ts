import { fork } from "node:child_process"
import { fileURLToPath } from "node:url"
import { Effect } from "effect"
import { BenchFailed } from "../Bench.ts"
import type { ToPeer } from "./peers/Peer.ts"

/** A peer's name in tables, its module, and how many requests are timed together. */
export const peers = {
  "isolated-vm, fresh isolate from a snapshot": { module: "isolatedVm", batch: 10 },
  "quickjs-emscripten, fresh context": { module: "quickjs", batch: 10 },
  "Extism in a worker, warm; parses no JSON": { module: "extism", batch: 10 },
  "worker thread per request": { module: "workerThread", batch: 2 },
  "local HTTP API, four calls, no sandbox": { module: "httpApi", batch: 10 }
} as const

const host = fileURLToPath(new URL("./peers/Peer.ts", import.meta.url))

/**
 * A peer in a process of its own, which goes with the scope; fails where the peer is not there. The effect runs so many
 * requests, one after another. isolated-vm asks for the flag.
 */
export const startPeer = Effect.fnUntraced(function* (module: string) {
  const child = yield* Effect.acquireRelease(
    Effect.sync(() =>
      fork(host, [module], {
        execArgv: ["--no-node-snapshot", "--no-warnings"],
        stdio: ["ignore", "ignore", "pipe", "ipc"]
      })
    ),
    (it) => Effect.sync(() => it.kill("SIGKILL"))
  )
  const reported = Effect.callback<unknown, BenchFailed>((resume) => {
    const onExit = () => resume(Effect.fail(new BenchFailed({ why: `${module} ended` })))
    const onMessage = (message: unknown) => {
      child.off("exit", onExit)
      resume(Effect.succeed(message))
    }
    child.once("message", onMessage).once("exit", onExit)
  })
  const problem = yield* reported
  if (problem !== null) return yield* new BenchFailed({ why: String(problem) })
  return (requests: number) =>
    Effect.flatMap(
      Effect.suspend(() => {
        child.send({ requests } satisfies ToPeer)
        return reported
      }),
      (answer) => (answer === null ? Effect.void : Effect.fail(new BenchFailed({ why: String(answer) })))
    )
})
