import type { TenantId } from "@alga-psa/ext-domain"
import { Effect, Semaphore } from "effect"
import { fail, type RunnerError } from "../../RunnerError.ts"

/** What one tenant may have at the same time, and how much more of it may wait. */
export interface TenantBounds {
  readonly concurrencyPerTenant: number
  readonly queueLengthPerTenant: number
}

/** How many reads for today's runner one tenant has at the same time, and how many more of it may wait. */
export const readsBounds: TenantBounds = { concurrencyPerTenant: 8, queueLengthPerTenant: 256 }

/** Lets a tenant do so many things at a time, and so many more wait; beyond that it is `overloaded`. */
export const makeBoundedByTenant = ({ concurrencyPerTenant: most, queueLengthPerTenant: waiting }: TenantBounds) => {
  const tenants = new Map<TenantId, { readonly places: Semaphore.Semaphore; count: number }>()
  return <A, E, R>(tenant: TenantId, work: Effect.Effect<A, E, R>): Effect.Effect<A, E | RunnerError, R> =>
    Effect.suspend((): Effect.Effect<A, E | RunnerError, R> => {
      const own = tenants.get(tenant) ?? { places: Semaphore.makeUnsafe(most), count: 0 }
      if (own.count >= most + waiting) return Effect.fail(fail("overloaded", "too many reads of this tenant wait"))
      tenants.set(tenant, own)
      own.count += 1
      return Effect.ensuring(
        own.places.withPermits(1)(work),
        Effect.sync(() => {
          own.count -= 1
          if (own.count === 0) tenants.delete(tenant)
        })
      )
    })
}
