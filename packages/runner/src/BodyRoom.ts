import { Context, Effect, Layer, type Scope } from "effect"
import { httpDefaults } from "./HttpBounds.ts"

/** Bounds the bodies of requests that are under way. */
export interface BodyRoomService {
  /**
   * Waits until there is room for a body of so many bytes, and counts it until the scope closes. A tenant has half; what is larger
   * than a bound alone has room when nothing else is there. Whoever fits goes first, among them who came first.
   */
  readonly hold: (tenantId: string, bytes: number) => Effect.Effect<void, never, Scope.Scope>
}

interface Waiter {
  readonly tenantId: string
  readonly bytes: number
  isIn: boolean
  resume: () => void
}

/** Room for bodies of `mostBytes` together. */
export const makeBodyRoom = (mostBytes: number): BodyRoomService => {
  const tenants = new Map<string, number>()
  let all = 0
  let queue: ReadonlyArray<Waiter> = []

  const add = (tenantId: string, bytes: number): void => {
    const sum = (tenants.get(tenantId) ?? 0) + bytes
    all += bytes
    if (sum === 0) tenants.delete(tenantId)
    else tenants.set(tenantId, sum)
  }
  const fits = (held: number, bytes: number, most: number): boolean => held === 0 || held + bytes <= most
  const hasRoom = ({ bytes, tenantId }: Waiter): boolean =>
    fits(all, bytes, mostBytes) && fits(tenants.get(tenantId) ?? 0, bytes, mostBytes / 2)

  const leave = (waiter: Waiter): void => {
    queue = queue.filter((other) => other !== waiter)
  }
  const enter = (waiter: Waiter): void => {
    leave(waiter)
    add(waiter.tenantId, waiter.bytes)
    waiter.isIn = true
  }
  const letIn = (): void => {
    for (const waiter of queue) {
      if (!hasRoom(waiter)) continue
      enter(waiter)
      waiter.resume()
    }
  }
  const exit = (waiter: Waiter): void => {
    leave(waiter)
    if (!waiter.isIn) return
    add(waiter.tenantId, -waiter.bytes)
    letIn()
  }

  return {
    hold: (tenantId, bytes) =>
      Effect.suspend(() => {
        const waiter: Waiter = { tenantId, bytes, isIn: false, resume: () => {} }
        const entered = Effect.callback<void>((resume) => {
          if (hasRoom(waiter)) {
            enter(waiter)
            return resume(Effect.void)
          }
          waiter.resume = () => resume(Effect.void)
          queue = [...queue, waiter]
        })
        // A request that is interrupted as it is let in counts as in, and leaves with the scope.
        return Effect.andThen(
          Effect.addFinalizer(() => Effect.sync(() => exit(waiter))),
          entered
        )
      })
  }
}

/** The bodies that are under way in this process. */
export const BodyRoom = Context.Reference<BodyRoomService>("@alga-psa/ext-runner/BodyRoom", {
  defaultValue: () => makeBodyRoom(httpDefaults.bodiesBytes)
})

/** Bounds the bodies that are under way. */
export const layerBodyRoom = (room: BodyRoomService): Layer.Layer<never> => Layer.succeed(BodyRoom, room)
