import { Clock, Effect, Exit, Schedule, Scope } from "effect"
import { ExecutionFailed } from "../../ExecutionFailed.ts"
import { type Guest, receive } from "./Guest.ts"
import { countRecycled } from "./metrics.ts"

/** Makes a part of an uninterruptible effect interruptible again. */
export type Restore = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

/** Sandbox processes by what they may serve. */
export interface GuestPool {
  /** A process for the key: one that served it before, else a spare, else a new one. Must run uninterruptibly. */
  readonly take: (key: string, restore: Restore) => Effect.Effect<Guest, ExecutionFailed>
  /** Takes back a process that did its work; it will serve the same key again. */
  readonly keep: (guest: Guest) => Effect.Effect<void>
  /** Succeeds where a process waits for work, or one can be started now. */
  readonly check: Effect.Effect<void, ExecutionFailed>
  /** Ends a process that must not serve again. It is dead on return; its end is awaited in the background. */
  readonly discard: (guest: Guest) => Effect.Effect<void>
}

/** How many processes a pool keeps beside those at work. */
export interface GuestPoolOptions {
  readonly spares: number
  readonly idleProcesses: number
  readonly idleMs: number
  readonly requestsPerProcess: number
  readonly processMb: number
}

const pauseAfterFailedStartMs = 1_000
const mebibyte = 1_048_576

/**
 * A pool over a way to start a process. At most `spares` wait unbound and `idleProcesses` wait bound; the one that
 * waits longest makes room. A process that dies is forgotten and a spare replaced. When the scope closes every process
 * is ended and its end awaited.
 */
export const makeGuestPool = Effect.fnUntraced(function* (start: () => Guest, options: GuestPoolOptions) {
  const background = yield* Scope.make()
  const all = new Set<Guest>()
  let spares: ReadonlyArray<Guest> = []
  let idle: ReadonlyArray<Guest> = []
  let starting = 0
  let closed = false

  yield* Effect.addFinalizer(() => {
    closed = true
    const ended = Effect.forEach(all, ({ node }) => node.end, { concurrency: "unbounded", discard: true })
    return Effect.andThen(ended, Scope.close(background, Exit.void))
  })

  const discard = (guest: Guest) =>
    Effect.suspend(() => {
      guest.node.kill()
      spares = spares.filter((other) => other !== guest)
      idle = idle.filter((other) => other !== guest)
      const gone = Effect.andThen(
        guest.node.end,
        Effect.sync(() => all.delete(guest))
      )
      return closed ? gone : Effect.asVoid(Effect.forkIn(gone, background))
    })

  const open = Effect.suspend(() => {
    if (closed) return Effect.fail(new ExecutionFailed({ reason: "unavailable", detail: "the sandbox is closing" }))
    const guest = start()
    all.add(guest)
    return Effect.succeed(guest)
  })

  const begin = Effect.fnUntraced(function* (restore: Restore) {
    const guest = yield* open
    yield* Effect.onError(restore(receive(guest)), () => discard(guest))
    const replace = Effect.andThen(
      Effect.suspend(() => discard(guest)),
      Effect.suspend(() => fill)
    )
    yield* Effect.forkIn(
      Effect.catch(guest.node.closed, () => replace),
      background
    )
    return guest
  })

  const fill: Effect.Effect<void> = Effect.suspend(() => {
    if (closed || spares.length + starting >= options.spares) return Effect.void
    starting += 1
    const add = Effect.uninterruptibleMask((restore) =>
      Effect.map(begin(restore), (guest) => {
        spares = [...spares, guest]
      })
    )
    const once = Effect.onExit(
      Effect.catch(add, () => Effect.sleep(pauseAfterFailedStartMs)),
      () =>
        Effect.sync(() => {
          starting -= 1
        })
    )
    return Effect.asVoid(Effect.forkIn(Effect.andThen(once, fill), background))
  })

  const takeWaiting = (key: string): Guest | undefined => {
    const bound = idle.findLast((guest) => guest.key === key && guest.node.isOpen())
    const guest = bound ?? spares.find(({ node }) => node.isOpen())
    idle = idle.filter((other) => other !== guest)
    spares = spares.filter((other) => other !== guest)
    return guest
  }

  const take: GuestPool["take"] = Effect.fnUntraced(function* (key, restore) {
    const guest = takeWaiting(key) ?? (yield* begin(restore))
    guest.key = key
    yield* fill
    return guest
  })

  const worn = (guest: Guest): string | null => {
    if (!guest.node.isOpen()) return "dead"
    if (guest.served >= options.requestsPerProcess) return "requests"
    return guest.residentBytes > options.processMb * mebibyte ? "memory" : null
  }

  const keep = Effect.fnUntraced(function* (guest: Guest) {
    guest.served += 1
    const why = worn(guest)
    if (why !== null) {
      yield* countRecycled(why)
      return yield* discard(guest)
    }
    guest.idleSince = yield* Clock.currentTimeMillis
    idle = [...idle, guest]
    for (const longest of idle.slice(0, Math.max(0, idle.length - options.idleProcesses))) yield* discard(longest)
  })

  const sweep = Effect.gen(function* () {
    const oldest = (yield* Clock.currentTimeMillis) - options.idleMs
    for (const guest of idle.filter(({ idleSince }) => idleSince <= oldest)) yield* discard(guest)
  })
  yield* Effect.forkIn(Effect.repeat(sweep, Schedule.spaced(Math.max(1_000, options.idleMs / 2))), background)
  yield* fill

  const check = Effect.suspend(() =>
    spares.some(({ node }) => node.isOpen())
      ? Effect.void
      : Effect.uninterruptibleMask((restore) => Effect.flatMap(begin(restore), discard))
  )

  return { take, keep, check, discard } satisfies GuestPool
})
