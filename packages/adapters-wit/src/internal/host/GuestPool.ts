import { steadyMillis } from "@alga-psa/ext-domain/SteadyTime"
import { inTimeOrElse } from "@alga-psa/ext-domain/WaitUnless"
import { Deferred, Effect, Exit, Schedule, Scope } from "effect"
import { ExecutionFailed } from "../../ExecutionFailed.ts"
import { makeRecentlyUsed } from "../RecentlyUsed.ts"
import { type Demand, makeDemand } from "./Demand.ts"
import { type Guest, noteSize, receive } from "./Guest.ts"
import { makeMemoryWatch } from "./memoryWatch.ts"
import { countRecycled } from "./metrics.ts"
import { makePoolRoom, type Restore } from "./PoolRoom.ts"
import type { Place } from "./poolKey.ts"
import { processMemory } from "./processMemory.ts"

/** Makes a process ready for its next request, or fails with why that process must not serve again. */
export type Make = (guest: Guest) => Effect.Effect<void, string>

/** Sandbox processes by what they may serve. */
export interface GuestPool {
  /**
   * A process for the key: one that served it before, at best for the same install. Otherwise, in this order: one that
   * is being made ready for it, one that has loaded its component, a spare, or a new one. Where several installs share
   * a process, one at work is waited for until the waits took as long as starting another would. Whoever already waits
   * for room comes first. Must run
   * uninterruptibly.
   */
  readonly take: (place: Place, restore: Restore) => Effect.Effect<Guest, ExecutionFailed>
  /**
   * Notes that a component was asked for, and has a process load it ahead, by `make`, where it is among those asked for most and
   * there is room.
   */
  readonly keepLoaded: (component: string, make: Make) => Effect.Effect<void>
  /**
   * Takes back a process that did its work; it will serve the same key again once `make` has made it ready for that. Done
   * when it is ready, or was ended because it was not in `startMs`. Who asks for the key meanwhile waits for it.
   */
  readonly keep: (guest: Guest, make: Make) => Effect.Effect<void>
  /** Ends a process that did its work and must not serve again, and counts why. */
  readonly retire: (guest: Guest, why: string) => Effect.Effect<void>
  /**
   * Makes a process ready for a key in the background, by `make`, unless one is or becomes so already. One that is not
   * ready in `startMs` is ended.
   */
  readonly prepare: (key: string, make: Make) => Effect.Effect<void>
  /** What the memory for idle processes leaves to each that serves something, in bytes. */
  readonly share: () => number
  /**
   * Succeeds where a process works or waits for work, one can be started now, or those that start and end take all the room.
   * Where many work, starting another can take longer than who asks has patience for; that is no fault. A process that was
   * started for this waits for work as long as any other.
   */
  readonly check: Effect.Effect<void, ExecutionFailed>
  /** Ends a process that must not serve again. It is dead on return; its end is awaited in the background. */
  readonly discard: (guest: Guest) => Effect.Effect<void>
}

/** How many processes a pool keeps beside those at work. */
export interface GuestPoolOptions {
  readonly spares: number
  readonly loadedSpares: number
  readonly idleProcesses: number
  readonly idleMb: number
  readonly idleMs: number
  readonly startMs: number
  readonly requestsPerProcess: number
  readonly processMb: number
  /** Most processes, those included that start and end. */
  readonly processes: number
  /** What all may have for themselves together. */
  readonly memoryMb: number
  /** How many may grow at the same moment. */
  readonly processors: number
}

/** A process that is being made ready for a key, and whether somebody waits for it. */
interface Preparation {
  readonly key: string
  readonly done: Deferred.Deferred<Guest | null>
  /** Whether it loads a component ahead, for an install that is not known yet. */
  readonly loads: boolean
  claimed: boolean
}

/** Who waits for a process that works for others. */
interface Waiter {
  readonly key: string
  readonly done: Deferred.Deferred<Guest>
}

const pauseAfterFailedStartMs = 1_000
/** What a process has resident that has loaded a component and served nobody. */
const loadedBytes = 73_400_320
/** What a process needs of the memory for idle ones to keep some instances beside what it takes itself. */
const leastShareBytes = 83_886_080
/** A component must be asked for so many times as much as another to take the place of its process. */
const muchMore = 2
/** What starting a process and loading a component takes, in milliseconds. */
const startCostMs = 100
/** Keys whose waits are remembered. */
const mostWaits = 10_000
/** Components that no process could load; so many are remembered. */
const mostUnloadable = 1_000
const mebibyte = 1_048_576
const noRoom = new ExecutionFailed({ reason: "unavailable", detail: "no room for another process" })
const tooSlow = Effect.fail(new ExecutionFailed({ reason: "unavailable", detail: "a process did not start in time" }))

/**
 * A pool over a way to start a process. At most `spares` wait unbound and `idleProcesses` wait bound, and these take no more
 * than `idleMb` together unless it is one alone; the one that waits longest makes room. A process that dies is forgotten and
 * a spare replaced. When the scope closes every process is ended and its end awaited.
 *
 * There are never more than `processes`, and where all have more than `memoryMb` for themselves the one with most is ended.
 * Who needs a process that has no room waits for it; what waits for work is ended to make it.
 */
export const makeGuestPool = Effect.fnUntraced(function* (start: () => Guest, options: GuestPoolOptions) {
  const background = yield* Scope.make()
  const all = new Set<Guest>()
  let spares: ReadonlyArray<Guest> = []
  let idle: ReadonlyArray<Guest> = []
  const demand: Demand = makeDemand()
  const unloadable = makeRecentlyUsed<true>({ entries: mostUnloadable })
  const preparing = new Set<Preparation>()
  const waiters = new Set<Waiter>()
  /** How long was waited for processes at work since the last one was started, in milliseconds, by key. */
  const waited = makeRecentlyUsed<number>({ entries: mostWaits })
  let starting = 0
  let closed = false

  yield* Effect.addFinalizer(() => {
    closed = true
    watch.stop()
    const ended = Effect.forEach(all, ({ node }) => node.end, { concurrency: "unbounded", discard: true })
    return Effect.andThen(ended, Scope.close(background, Exit.void))
  })

  const discard = (guest: Guest) =>
    Effect.suspend(() => {
      spares = spares.filter((other) => other !== guest)
      idle = idle.filter((other) => other !== guest)
      // Who waits for its end is told at once, and must not find it among those that wait for work.
      guest.node.kill()
      const gone = Effect.andThen(
        guest.node.end,
        Effect.suspend(() => {
          all.delete(guest)
          room.changed()
          return fill
        })
      )
      return closed ? gone : Effect.asVoid(Effect.forkIn(gone, background))
    })

  const retire: GuestPool["retire"] = (guest, why) => Effect.andThen(countRecycled(why), discard(guest))

  const run = Effect.runForkWith(yield* Effect.context<never>())
  /** The first that nobody who waits for room could begin with, else the first. */
  const leastWanted = (guests: ReadonlyArray<Guest>): Guest | undefined =>
    guests.find((guest) => !room.isWanted(guest)) ?? guests[0]
  /** Those that wait for work, first what nobody had. */
  const byNeed = (): ReadonlyArray<Guest> => idle.toSorted((a, b) => Number(b.loaded) - Number(a.loaded))
  /** Of those that wait for work, who is ended first to make room. */
  const firstToGo = (): Guest | undefined => leastWanted([...byNeed(), ...spares])
  const makeRoom = Effect.suspend(() => {
    const guest = firstToGo()
    return guest === undefined ? Effect.succeed(false) : Effect.as(retire(guest, "room"), true)
  })
  const room = makePoolRoom(all, options, makeRoom)
  const watch = makeMemoryWatch(
    () => [...all].filter((guest) => guest.node.isOpen() && !idle.includes(guest) && !spares.includes(guest)),
    room.used,
    () => {
      const isThere = firstToGo() !== undefined
      if (isThere) run(makeRoom)
      return isThere
    },
    options
  )

  const open = Effect.suspend(() => {
    if (closed) return Effect.fail(new ExecutionFailed({ reason: "unavailable", detail: "the sandbox is closing" }))
    const guest = start()
    all.add(guest)
    return Effect.succeed(guest)
  })

  /** For what nobody waits for: nothing is ended for it. */
  const openSpare = Effect.suspend(() => (room.isFree() ? open : Effect.fail(noRoom)))

  const begin = Effect.fnUntraced(function* (restore: Restore, opened: Effect.Effect<Guest, ExecutionFailed>) {
    const guest = yield* opened
    if (guest.key !== null) return guest
    const started = Effect.timeoutOrElse(receive(guest), { duration: options.startMs, orElse: () => tooSlow })
    yield* Effect.onError(restore(started), () => discard(guest))
    guest.fileBytes = processMemory(guest.node.pid)?.file ?? 0
    const replace = Effect.andThen(
      Effect.suspend(() => (spares.includes(guest) || idle.includes(guest) ? retire(guest, "dead") : discard(guest))),
      Effect.suspend(() => fill)
    )
    yield* Effect.forkIn(
      Effect.catch(guest.node.closed, () => replace),
      background
    )
    return guest
  })

  const addSpare = Effect.uninterruptibleMask(
    Effect.fnUntraced(function* (restore) {
      const guest = yield* begin(restore, openSpare)
      guest.idleSince = yield* steadyMillis
      spares = [...spares, guest]
      room.changed()
    })
  )

  const fill: Effect.Effect<void> = Effect.suspend(() => {
    if (closed || spares.length + starting >= options.spares || !room.isFree()) return Effect.void
    starting += 1
    const once = Effect.onExit(
      Effect.catch(addSpare, () => Effect.sleep(pauseAfterFailedStartMs)),
      () =>
        Effect.sync(() => {
          starting -= 1
        })
    )
    return Effect.asVoid(Effect.forkIn(Effect.andThen(once, fill), background))
  })

  const remove = (guest: Guest | undefined): Guest | undefined => {
    idle = idle.filter((other) => other !== guest)
    spares = spares.filter((other) => other !== guest)
    return guest
  }

  const bindTo = (guest: Guest, { key }: Place): Guest => {
    guest.key = key
    guest.loaded = false
    return guest
  }

  const takeBound = ({ install, key }: Place): Guest | undefined => {
    const bound = idle.filter((guest) => guest.key === key && guest.node.isOpen())
    return remove(bound.findLast(({ installs }) => installs.has(install)) ?? bound.at(-1))
  }

  /** A process that waits for work and has what the place needs. */
  const takeIdle = (place: Place): Guest | undefined => {
    const bound = takeBound(place)
    if (bound !== undefined) return bound
    const loaded = takeBound({ ...place, key: place.component })
    return loaded && bindTo(loaded, place)
  }

  const takePrepared = (key: string, restore: Restore): Effect.Effect<Guest | null> => {
    const preparation = [...preparing].find((other) => other.key === key && !other.claimed)
    if (preparation === undefined) return Effect.succeed(null)
    preparation.claimed = true
    const giveBack = Effect.suspend(() => {
      preparation.claimed = false
      return Effect.flatMap(Deferred.poll(preparation.done), (done) =>
        done._tag === "None" ? Effect.void : Effect.flatMap(done.value, (guest) => (guest ? wait(guest) : Effect.void))
      )
    })
    return Effect.onInterrupt(restore(Deferred.await(preparation.done)), () => giveBack)
  }

  /** A process that waits for work with this key, or is being made ready for it. */
  const takeReady = Effect.fnUntraced(function* (place: Place, key: string, restore: Restore) {
    if (!room.mayPass(place)) return null
    const ready = takeBound({ ...place, key }) ?? (yield* takePrepared(key, restore))
    return ready?.node.isOpen() ? bindTo(ready, place) : null
  })

  const isAtWork = (key: string): boolean =>
    [...all].some((guest) => guest.key === key && guest.node.isOpen() && !idle.includes(guest))

  /** A process that ends its work in time; null where none does. */
  const takeReturned = Effect.fnUntraced(function* (key: string, restore: Restore) {
    const before = waited.get(key) ?? 0
    const waiter: Waiter = { key, done: Deferred.makeUnsafe() }
    const leave = Effect.suspend(() => {
      waiters.delete(waiter)
      return Deferred.poll(waiter.done)
    })
    const giveBack = Effect.flatMap(leave, (done) =>
      done._tag === "None" ? Effect.void : Effect.flatMap(done.value, wait)
    )
    waiters.add(waiter)
    const begin = yield* steadyMillis
    const inTime = Effect.timeoutOption(Deferred.await(waiter.done), Math.max(0, startCostMs - before))
    yield* Effect.onInterrupt(restore(inTime), () => giveBack)
    const done = yield* leave
    waited.set(key, done._tag === "None" ? 0 : before + (yield* steadyMillis) - begin)
    return done._tag === "None" ? null : yield* done.value
  })

  const takeSpare = (key: string): Guest | undefined => {
    const spare = remove(spares.find(({ node }) => node.isOpen()))
    if (spare !== undefined) spare.key = key
    return spare
  }

  const takeFresh = Effect.fnUntraced(function* (
    key: string,
    restore: Restore,
    opened: Effect.Effect<Guest, ExecutionFailed>
  ) {
    const spare = room.isAwaited() ? undefined : takeSpare(key)
    const guest = spare ?? (yield* begin(restore, opened))
    guest.key = key
    yield* fill
    return guest
  })

  const find: GuestPool["take"] = Effect.fnUntraced(function* (place, restore) {
    const own = yield* takeReady(place, place.key, restore)
    if (own !== null) return own
    const mayWait = place.shared && !room.isAwaited() && isAtWork(place.key)
    const returned = mayWait ? yield* takeReturned(place.key, restore) : null
    if (returned?.node.isOpen()) return returned
    const loaded = yield* takeReady(place, place.component, restore)
    if (loaded !== null) return loaded
    const entered = room.enter(place, open, restore, () => takeIdle(place) ?? takeSpare(place.key))
    const start = () => takeFresh(place.key, restore, entered)
    // A signal to all processes of a group may end one that only starts. It did nothing yet.
    return yield* Effect.catchIf(start(), ({ reason }) => reason === "crashed", start)
  })

  const take: GuestPool["take"] = (place, restore) => Effect.tap(find(place, restore), () => Effect.sync(watch.begin))

  const worn = (guest: Guest): string | null => {
    if (!guest.node.isOpen()) return "dead"
    if (options.idleProcesses === 0) return "room"
    if (guest.served >= options.requestsPerProcess) return "requests"
    return guest.residentBytes > options.processMb * mebibyte ? "memory" : null
  }

  const idleBytes = (): number => idle.reduce((sum, { residentBytes }) => sum + residentBytes, 0)

  const share = (): number => {
    const open = [...all].filter(({ node }) => node.isOpen()).length
    return (options.idleMb * mebibyte) / Math.max(1, open - spares.length)
  }

  /** One of several that wait for the same installs: in its memory another could keep more of their instances. */
  const oneTooMany = (kept: ReadonlyArray<Guest>): Guest | undefined =>
    kept.find((guest) => guest.installs.several() && kept.some((other) => other !== guest && other.key === guest.key))

  /**
   * Who must make room for the others, if somebody must: of too many kept the first, of too little memory for instances one of
   * several that share installs, of too much memory what nobody had.
   */
  const leastNeeded = (): Guest | undefined => {
    const kept = idle.filter(({ loaded }) => !loaded)
    if (kept.length > options.idleProcesses) return leastWanted(kept)
    const spared = share() < leastShareBytes ? oneTooMany(kept.filter((guest) => !room.isWanted(guest))) : undefined
    if (spared !== undefined) return spared
    const isTooMuch = idle.length > 1 && idleBytes() > options.idleMb * mebibyte
    return isTooMuch ? leastWanted(byNeed()) : undefined
  }

  const wait = Effect.fnUntraced(function* (guest: Guest) {
    if (!guest.node.isOpen()) return yield* discard(guest)
    const waiter = [...waiters].find(({ key }) => key === guest.key)
    if (waiter !== undefined) {
      waiters.delete(waiter)
      Deferred.doneUnsafe(waiter.done, Effect.succeed(guest))
      return
    }
    guest.idleSince = yield* steadyMillis
    guest.hasWorked = true
    idle = [...idle, guest]
    for (let least = leastNeeded(); least !== undefined; least = leastNeeded()) yield* retire(least, "room")
    room.changed()
  })

  /** Makes a process ready for whoever asks for its key first. */
  const makeReady = (
    key: string,
    find: (restore: Restore) => Effect.Effect<Guest, ExecutionFailed>,
    make: Make,
    loads = false
  ) =>
    Effect.uninterruptibleMask((restore) =>
      Effect.suspend(() => {
        const preparation: Preparation = { key, done: Deferred.makeUnsafe(), loads, claimed: false }
        preparing.add(preparation)
        const handOver = (guest: Guest | null) =>
          Effect.suspend(() => {
            preparing.delete(preparation)
            Deferred.doneUnsafe(preparation.done, Effect.succeed(guest))
            return preparation.claimed || guest === null ? Effect.void : wait(guest)
          })
        const ready = (guest: Guest) =>
          make(guest).pipe(
            inTimeOrElse(options.startMs, () => Effect.fail("not-ready")),
            restore,
            Effect.tapError((why) => retire(guest, why)),
            Effect.onInterrupt(() => discard(guest)),
            Effect.as(guest)
          )
        return Effect.matchCauseEffect(Effect.flatMap(find(restore), ready), {
          onSuccess: handOver,
          onFailure: () => handOver(null)
        })
      })
    )

  const keep: GuestPool["keep"] = (guest, make) =>
    Effect.suspend(() => {
      guest.served += 1
      const why = worn(guest)
      return why === null ? makeReady(guest.key ?? "", () => Effect.succeed(guest), make) : retire(guest, why)
    })

  const prepareFor = (key: string, make: Make, loads: boolean): Effect.Effect<void> =>
    Effect.suspend(() => {
      const isThere = [...preparing, ...idle].some((one) => one.key === key)
      if (closed || isThere) return Effect.void
      return Effect.asVoid(
        Effect.forkIn(
          makeReady(key, (restore) => takeFresh(key, restore, openSpare), make, loads),
          background,
          { startImmediately: true }
        )
      )
    }).pipe(Effect.uninterruptible)

  const prepare: GuestPool["prepare"] = (key, make) => prepareFor(key, make, false)

  /** A process for the component, where another that is asked for much less must make room, after that. */
  const placeForLoaded = (component: string, now: number): Effect.Effect<boolean> => {
    const loaded = idle.filter((guest) => guest.loaded)
    const spared = loaded.filter((guest) => !room.isWanted(guest))
    const coming = [...preparing].filter(({ loads }) => loads).length
    const isRoom = idleBytes() + loadedBytes <= options.idleMb * mebibyte
    if (isRoom && loaded.length + coming < options.loadedSpares) return Effect.succeed(true)
    const least = spared.toSorted((a, b) => demand.of(a.key ?? "", now) - demand.of(b.key ?? "", now))[0]
    if (least === undefined || demand.of(component, now) < muchMore * demand.of(least.key ?? "", now)) {
      return Effect.succeed(false)
    }
    return Effect.as(retire(least, "room"), true)
  }

  const keepLoaded: GuestPool["keepLoaded"] = Effect.fnUntraced(function* (component, make) {
    if (options.loadedSpares === 0 || closed) return
    const now = yield* steadyMillis
    demand.ask(component, now)
    const isThere = [...preparing, ...idle].some(({ key }) => key === component)
    if (isThere || unloadable.get(component) || !(yield* placeForLoaded(component, now))) return
    const load = (guest: Guest) => {
      guest.loaded = true
      noteSize(guest, loadedBytes)
      return Effect.onError(make(guest), () => Effect.sync(() => unloadable.set(component, true)))
    }
    yield* prepareFor(component, load, true)
  }, Effect.uninterruptible)

  const sweep = Effect.gen(function* () {
    const oldest = (yield* steadyMillis) - options.idleMs
    const since = ({ idleSince, key, loaded }: Guest): number => (loaded ? demand.lastOf(key ?? "") : idleSince)
    const passing = [...idle, ...spares.slice(options.spares)]
    for (const guest of passing.filter((one) => since(one) <= oldest)) yield* retire(guest, "idle")
  })
  yield* Effect.forkIn(Effect.repeat(sweep, Schedule.spaced(Math.max(1_000, options.idleMs / 2))), background)
  yield* fill

  const serves = (guest: Guest): boolean => guest.node.isOpen() && (guest.key !== null || spares.includes(guest))

  const check = Effect.suspend(() =>
    [...all].some(serves) || (all.size > 0 && !room.isFree()) ? Effect.void : addSpare
  )

  return { take, keep, keepLoaded, retire, prepare, share, check, discard } satisfies GuestPool
})
