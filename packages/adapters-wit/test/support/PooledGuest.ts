import { Effect } from "effect"
import { guestProgram } from "../../src/internal/host/Engine.ts"
import { startGuest } from "../../src/internal/host/Guest.ts"
import type { GuestPool } from "../../src/internal/host/GuestPool.ts"
import type { Restore } from "../../src/internal/host/PoolRoom.ts"

/** How the processes of a pool are started. */
export const guestOptions = {
  confinement: [],
  execPath: process.execPath,
  program: guestProgram(),
  memoryPages: 1_024,
  heapMb: 64,
  frameBytes: 65_536
}

/** Starts a process for a pool. */
export const start = () => startGuest(guestOptions)

/** Takes the process of an install with a component of its own. */
export const take = (pool: GuestPool, key: string) =>
  Effect.uninterruptibleMask((restore) =>
    pool.take({ key, component: `of ${key}`, install: key, shared: false }, restore as Restore)
  )
