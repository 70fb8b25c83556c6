import type { Guest } from "./Guest.ts"
import { processMemory } from "./processMemory.ts"

/** What is watched. */
export interface MemoryWatchOptions {
  readonly memoryMb: number
  /** How many processes can grow at the same moment. */
  readonly processors: number
}

/** Watches what processes that work have for themselves. */
export interface MemoryWatch {
  /** Looks from now on, for as long as one works. */
  readonly begin: () => void
  readonly stop: () => void
}

const mebibyte = 1_048_576
/** What one processor can write to new memory in a millisecond, in bytes: 2 GiB a second. */
const growthPerMs = 2_147_484
const leastPauseMs = 10
const mostPauseMs = 1_000

/**
 * Ends the process that has most where all together have more than `memoryMb`, after `makeRoom` has ended those that wait for
 * work. How soon it looks again depends on how soon what is left could be filled. Where the system has no `/proc` it does
 * nothing.
 */
export const makeMemoryWatch = (
  working: () => ReadonlyArray<Guest>,
  used: () => number,
  makeRoom: () => boolean,
  { memoryMb, processors }: MemoryWatchOptions
): MemoryWatch => {
  const most = memoryMb * mebibyte
  let timer: NodeJS.Timeout | undefined

  const inMb = (bytes: number): number => Math.round(bytes / mebibyte)

  const endLargest = (guests: ReadonlyArray<Guest>): boolean => {
    const [largest] = guests.toSorted((one, other) => other.ownBytes - one.ownBytes)
    if (largest === undefined) return false
    const detail = `it had ${inMb(largest.ownBytes)} MiB when all had ${inMb(used())} of ${memoryMb} MiB together`
    largest.node.break({ reason: "out-of-memory", detail })
    return true
  }

  const look = (): void => {
    timer = undefined
    const guests = working()
    if (guests.length === 0) return
    for (const guest of guests) guest.ownBytes = processMemory(guest.node.pid)?.own ?? guest.ownBytes
    while (used() > most) {
      if (!makeRoom() && !endLargest(working())) break
    }
    wait()
  }
  const wait = (): void => {
    const pause = (most - used()) / (growthPerMs * Math.max(1, processors))
    timer = setTimeout(look, Math.min(Math.max(pause, leastPauseMs), mostPauseMs))
    timer.unref()
  }

  return {
    begin: () => {
      if (timer === undefined) wait()
    },
    stop: () => clearTimeout(timer)
  }
}
