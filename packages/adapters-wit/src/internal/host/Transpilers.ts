import { Effect, type Scope } from "effect"
import type { RestrictedNode } from "./RestrictedNode.ts"
import { startTranspiler, type TranspilerOptions } from "./transpile.ts"

/** Gives each use a transpiler of its own. */
export interface Transpilers {
  /** Uses a transpiler and ends it. */
  readonly use: <A, E, R>(effect: (node: RestrictedNode) => Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

const pauseMs = 250

/**
 * Where a spare is wanted, keeps one transpiler started for the component that comes next: it has loaded all it needs and
 * waits. The next one is started a moment after that was taken, so that a program that takes in one component does not
 * start two. What waits when the scope closes is ended.
 */
export const makeTranspilers = Effect.fnUntraced(function* (
  options: TranspilerOptions,
  keepsSpare: boolean
): Effect.fn.Return<Transpilers, never, Scope.Scope> {
  const scope = yield* Effect.scope
  let spare: RestrictedNode | null = keepsSpare ? startTranspiler(options) : null
  let closed = false

  yield* Effect.addFinalizer(() => {
    closed = true
    return spare === null ? Effect.void : spare.end
  })

  const refill = Effect.andThen(
    Effect.sleep(pauseMs),
    Effect.sync(() => {
      if (!closed && !spare?.isOpen()) spare = startTranspiler(options)
    })
  )

  const take = Effect.suspend(() => {
    const node = spare?.isOpen() ? spare : startTranspiler(options)
    if (spare === null) return Effect.succeed(node)
    spare = null
    return Effect.as(Effect.forkIn(refill, scope), node)
  })

  return { use: (effect) => Effect.acquireUseRelease(take, effect, (node) => node.end) }
})
