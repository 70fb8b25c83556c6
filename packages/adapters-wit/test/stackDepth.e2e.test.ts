import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { coreGuest } from "./support/Guests.ts"
import { run, sandboxOf } from "./support/Run.ts"

const guest = coreGuest("keep-depth-of-calls")
let installs = 0
const newInstall = () => `install-${++installs}`

/** Has a guest call the host so often, then go so deep, and call it there or not. */
const ask = (installId: string, calls: number, depth = 1, callsThere = 0) =>
  Effect.match(
    run(guest, {
      installId,
      body: new Uint8Array(Uint32Array.of(calls, depth, callsThere).buffer)
    }),
    {
      onFailure: (error) => ("reason" in error ? error.reason : error._tag) as string,
      onSuccess: () => "answer"
    }
  )

/** The deepest at which a guest still answers, found in few steps that are too deep: each of those costs a process. */
const deepest = Effect.fnUntraced(function* (callsThere: number) {
  const installId = newInstall()
  let within = 1_000
  for (const step of [4_096, 64, 1]) {
    const deeper = Effect.suspend(() => ask(installId, 0, within + step, callsThere))
    let end = yield* deeper
    for (; end === "answer"; end = yield* deeper) within += step
    assert.strictEqual(end, "too-deep")
  }
  return within
})

const shared = sandboxOf({ spares: 0, processPer: "component" })

layer(sandboxOf({ spares: 0 }), { excludeTestServices: true })("The room on the stack", (it) => {
  it.effect.each([
    { what: "code", callsThere: 0 },
    { what: "a call of the host", callsThere: 1 }
  ])("for $what is the same in a new process and after many requests and host calls", ({ callsThere }) =>
    Effect.gen(function* () {
      const within = yield* deepest(callsThere)
      assert.isAbove(within, 1_000)
      const once = newInstall()
      yield* ask(once, 1)
      const often = newInstall()
      for (let i = 0; i < 1_100; i++) yield* ask(often, i % 500 === 0 ? 900 : 1)
      assert.strictEqual(yield* ask(newInstall(), 0, within, callsThere), "answer")
      assert.strictEqual(yield* ask(newInstall(), 0, within + 1, callsThere), "too-deep")
      for (const installId of [once, often]) {
        assert.strictEqual(yield* ask(installId, 0, within, callsThere), "answer")
        assert.strictEqual(yield* ask(installId, 0, within + 1, callsThere), "too-deep")
      }
      // The process of the last one ended, and another was made ready before this request.
      assert.strictEqual(yield* ask(often, 0, within, callsThere), "answer")
    })
  )
})

layer(shared, { excludeTestServices: true })("The room on the stack", (it) => {
  it.effect("is the same for an install whose process served others, in their instances and its own", () =>
    Effect.gen(function* () {
      // In an install's first request the process may be any: the depth must not depend on it.
      const within = yield* deepest(1)
      assert.isAbove(within, 1_000)
      const others = [newInstall(), newInstall()]
      for (let i = 0; i < 300; i++) yield* ask(others[i % 2] ?? "", i % 100 === 0 ? 900 : 1)
      for (const installId of [newInstall(), newInstall(), ...others]) {
        assert.strictEqual(yield* ask(installId, 0, within, 1), "answer")
      }
      assert.strictEqual(yield* ask(newInstall(), 0, within + 1, 1), "too-deep")
    })
  )
})
