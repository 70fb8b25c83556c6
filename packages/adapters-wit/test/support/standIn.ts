import { Buffer } from "node:buffer"
import { Deferred, Effect } from "effect"
import { encode } from "../../src/internal/child/Encoder.ts"
import { headerBytes } from "../../src/internal/host/FrameReader.ts"
import type { Guest } from "../../src/internal/host/Guest.ts"
import { makeInstalls } from "../../src/internal/host/Installs.ts"
import type { Broken, RestrictedNode } from "../../src/internal/host/RestrictedNode.ts"

const ready = Buffer.from(encode({ type: "ready" }).subarray(headerBytes))

/** A stand-in of a sandbox process: it answers each wait with `ready`, a turn of the event loop later. */
export const standInGuest = (onEnd: () => void = () => {}): Guest => {
  const closed = Deferred.makeUnsafe<never, Broken>()
  let broken: Broken | null = null
  const breakWith = (why: Broken): void => {
    if (broken !== null) return
    broken = why
    onEnd()
    Deferred.doneUnsafe(closed, Effect.fail(why))
  }
  const kill = () => breakWith({ reason: "exited", detail: "ended by the host" })
  const node: RestrictedNode = {
    pid: -1,
    processorTime: () => null,
    send: () => 0,
    receive: () => {},
    onBroken: () => () => {},
    next: Effect.callback((resume) => {
      const timer = setImmediate(() => resume(broken === null ? Effect.succeed(ready) : Effect.fail(broken)))
      return Effect.sync(() => clearImmediate(timer))
    }),
    closed: Deferred.await(closed),
    isOpen: () => broken === null,
    kill,
    break: breakWith,
    end: Effect.sync(kill),
    errorOutput: () => "",
    refusedInput: () => false,
    forgetErrors: () => {}
  }
  return {
    node,
    installs: makeInstalls(),
    bound: false,
    key: null,
    loaded: false,
    idleSince: 0,
    served: 0,
    residentBytes: 0,
    fileBytes: 0,
    ownBytes: 67_108_864,
    hasWorked: false
  }
}
