import { Effect } from "effect"
import type { ExecutionFailed } from "../../ExecutionFailed.ts"
import { type Guest, ownBytesOf, typicalBytes } from "./Guest.ts"
import type { Place } from "./poolKey.ts"

/** Makes a part of an uninterruptible effect interruptible again. */
export type Restore = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

type Start = Effect.Effect<Guest, ExecutionFailed>

/** How many processes there may be, and what they may have together. */
export interface PoolRoomOptions {
  readonly processes: number
  readonly memoryMb: number
}

/** Room for sandbox processes. What ends takes room until it is gone. */
export interface PoolRoom {
  /** Whether one more process has room at this moment, and nobody waits for it. */
  readonly isFree: () => boolean
  /** Whether somebody waits for room. */
  readonly isAwaited: () => boolean
  /**
   * Whether who asks now may have a process before those that wait for room: nobody waits, or room comes for the first of them
   * and none of them waits for the same component.
   */
  readonly mayPass: (place: Pick<Place, "component">) => boolean
  /** Whether somebody who waits for room could begin with this process. */
  readonly isWanted: (guest: Guest) => boolean
  /**
   * Starts a process when it has room, in the order of asking; others that wait for work are ended for it. Where `back` gives
   * one that came back meanwhile, it is that one. Must run uninterruptibly, and can be interrupted while it waits.
   */
  readonly enter: (place: Place, start: Start, restore: Restore, back: () => Guest | undefined) => Start
  /** Bytes of those that are not ended. */
  readonly used: () => number
  /** Has who waits look again. */
  readonly changed: () => void
}

/** One who waits for room. */
interface Turn {
  readonly place: Place
  wake: () => void
}

const mebibyte = 1_048_576

const bytesOf = (guests: Iterable<Guest>): number => [...guests].reduce((sum, guest) => sum + ownBytesOf(guest), 0)

/** Room for the processes in `all`. `makeRoom` ends one that waits for work and says whether there was one. */
export const makePoolRoom = (
  all: ReadonlySet<Guest>,
  options: PoolRoomOptions,
  makeRoom: Effect.Effect<boolean>
): PoolRoom => {
  const most = options.memoryMb * mebibyte
  let queue: ReadonlyArray<Turn> = []

  const open = (): ReadonlyArray<Guest> => [...all].filter(({ node }) => node.isOpen())
  const used = (): number => bytesOf(open())
  /** One alone always has room: else nothing would ever run. */
  const hasRoom = (others: number, bytes: number): boolean =>
    others === 0 || (others < options.processes && bytes + typicalBytes <= most)
  const fits = (): boolean => hasRoom(all.size, bytesOf(all))
  const willFit = (): boolean => hasRoom(open().length, used())

  const changed = (): void => queue[0]?.wake()

  const enter: PoolRoom["enter"] = (place, start, restore, back) =>
    Effect.suspend(() => {
      const turn: Turn = { place, wake: () => {} }
      queue = [...queue, turn]
      const change = Effect.callback<void>((resume) => {
        turn.wake = () => resume(Effect.void)
      })
      const attempt: Start = Effect.suspend(() => {
        const again = Effect.andThen(restore(change), attempt)
        if (queue[0] !== turn) return again
        const returned = back()
        if (returned !== undefined) return Effect.succeed(returned)
        if (fits()) return start
        if (willFit()) return again
        return Effect.flatMap(makeRoom, (made) => (made ? attempt : again))
      })
      const leave = Effect.sync(() => {
        queue = queue.filter((other) => other !== turn)
        changed()
      })
      return Effect.ensuring(attempt, leave)
    })

  const isAwaited = (): boolean => queue.length > 0

  const mayPass: PoolRoom["mayPass"] = ({ component }) =>
    !isAwaited() || (willFit() && !queue.some(({ place }) => place.component === component))

  const isWanted: PoolRoom["isWanted"] = ({ key }) =>
    queue.some(({ place }) => key === place.key || key === place.component)

  return { isFree: () => !isAwaited() && fits(), isAwaited, mayPass, isWanted, enter, used, changed }
}
