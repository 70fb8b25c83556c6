import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { peers, startPeer } from "../src/sandbox/Peers.ts"

const installed = Object.values(peers)
  .map(({ module }) => module)
  .filter((module) => module !== "isolatedVm")

describe("A peer of the sandbox", () => {
  it.live.each(installed)("answers the same work as ours: %s", (module) =>
    Effect.gen(function* () {
      const requests = yield* startPeer(module)
      yield* requests(2)
    }).pipe(Effect.scoped)
  )

  it.live("that needs a binary answers the same work, or says that it is missing", () =>
    Effect.gen(function* () {
      const problem = yield* Effect.match(Effect.scoped(startPeer("isolatedVm")), {
        onSuccess: () => null,
        onFailure: ({ why }) => why
      })
      if (problem !== null) assert.match(problem, /isolated-vm|native build|Cannot find/)
    })
  )

  it.live("that is not there says so", () =>
    Effect.gen(function* () {
      const { why } = yield* Effect.flip(Effect.scoped(startPeer("nobody")))
      assert.match(why, /Cannot find module/)
    })
  )
})
