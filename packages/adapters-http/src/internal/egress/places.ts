import { Effect, Semaphore } from "effect"

/**
 * Lets a number of things happen at a time, three quarters of them for one tenant, rounded up. The others wait in the
 * order in which they came; those of a tenant that has its share delay no other tenant.
 */
export const makePlaces = (most: number) => {
  const all = Semaphore.makeUnsafe(most)
  const share = Math.ceil((most * 3) / 4)
  const tenants = new Map<string, { readonly places: Semaphore.Semaphore; count: number }>()
  return <A, E, R>(tenant: string, work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.suspend(() => {
      const own = tenants.get(tenant) ?? { places: Semaphore.makeUnsafe(share), count: 0 }
      tenants.set(tenant, own)
      own.count += 1
      return Effect.ensuring(
        own.places.withPermits(1)(all.withPermits(1)(work)),
        Effect.sync(() => {
          own.count -= 1
          if (own.count === 0) tenants.delete(tenant)
        })
      )
    })
}
