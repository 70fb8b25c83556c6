import type { GuestInstance } from "./GuestInstance.ts"

/** The instances of a process. */
export interface Instances {
  /** The instance for a request of an install. The one of the request before is settled first. */
  readonly take: (install: number) => GuestInstance
  /** Makes ready for the next request, whoever's it is, and keeps instances that take at most so many bytes together. */
  readonly prepare: (keptBytes: number) => void
}

/** Beyond this the glue's own objects take too much of the heap. */
const mostInstances = 128

/**
 * Keeps an instance for each install that was served lately, and one that no install had. An instance that an install had is never
 * given to another. After a request it is reset, or, where that cannot be, overwritten and given up. Where the process is not
 * `shared`, one instance at a time is all that is made.
 */
export const makeInstances = (newInstance: () => GuestInstance, shared: boolean): Instances => {
  /** Least recently used first. */
  const kept = new Map<number, GuestInstance>()
  let fresh: GuestInstance | null = null
  let working: { readonly install: number; readonly instance: GuestInstance } | null = null
  let callsAtStart = false

  const settle = (): void => {
    if (working === null) return
    const { install, instance } = working
    working = null
    const obstacle = instance.obstacle()
    callsAtStart ||= obstacle === "call-at-start"
    if (obstacle === null) {
      instance.restore()
      kept.set(install, instance)
    } else instance.wipe()
  }

  const take = (install: number): GuestInstance => {
    settle()
    let instance = kept.get(install)
    kept.delete(install)
    if (instance === undefined) {
      instance = fresh ?? newInstance()
      fresh = null
    }
    working = { install, instance }
    return instance
  }

  const isTooMuch = (keptBytes: number): boolean =>
    kept.size > mostInstances || kept.values().reduce((sum, instance) => sum + instance.bytes(), 0) > keptBytes

  const prepare = (keptBytes: number): void => {
    settle()
    // What is kept was set back: nothing of its install is left in it.
    for (const install of kept.keys()) {
      if (kept.size === 1 || !isTooMuch(keptBytes)) break
      kept.delete(install)
    }
    if (!callsAtStart && (shared || kept.size === 0)) fresh ??= newInstance()
  }

  return { take, prepare }
}
