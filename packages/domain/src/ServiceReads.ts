import { Context, Effect, Layer } from "effect"
import type { Authorization } from "./Authorization.ts"
import { ServiceId } from "./Identifiers.ts"
import type { Invocation } from "./Invocation.ts"
import { guard } from "./internal/guard.ts"
import * as Input from "./internal/input.ts"
import type { Page } from "./Page.ts"
import type { ReadError } from "./ReadError.ts"
import { ServiceReader } from "./ServiceReader.ts"
import type { ServiceSummary } from "./ServiceSummary.ts"
import { type ServicesListInput, servicesQuery } from "./ServicesQuery.ts"

/**
 * Reads of the service catalog by an extension, guarded: the execution needs `cap:service.read`, and its user needs
 * `service:read`. Without a user it must be a schedule's or a webhook's.
 */
export interface ServiceReadsService {
  /** One page of the entries that match the input. See {@link ServicesListInput} for the rules. */
  readonly list: (input?: ServicesListInput | null) => Effect.Effect<Page<ServiceSummary>, ReadError, Invocation>
  /** The entry, or null when it does not exist or is not visible. An id that is not a UUID is invalid input. */
  readonly get: (serviceId: string) => Effect.Effect<ServiceSummary | null, ReadError, Invocation>
}

/** Guarded reads of the service catalog. */
export class ServiceReads extends Context.Service<ServiceReads, ServiceReadsService>()(
  "@alga-psa/ext-domain/ServiceReads"
) {}

const rights = { access: "read", capability: "cap:service.read", permission: "service:read" } as const
const listing = { name: "services.list", span: "ServiceReads.list", ...rights } as const
const getting = { name: "services.get", span: "ServiceReads.get", ...rights } as const

const decodeId = Input.decode(ServiceId, "serviceId")

const make = Effect.gen(function* () {
  const reader = yield* ServiceReader
  const guarded = yield* guard

  return ServiceReads.of({
    list: (input) =>
      guarded(listing, {
        input: servicesQuery(input),
        run: (invocation, query) => reader.list(invocation.tenantId, query),
        count: (page) => page.items.length
      }),
    get: (serviceId) =>
      guarded(getting, {
        input: decodeId(serviceId),
        run: (invocation, id) => reader.get(invocation.tenantId, id),
        count: (service) => (service === null ? 0 : 1)
      })
  })
})

/** Guarded reads over the reader port. */
export const layerServiceReads: Layer.Layer<ServiceReads, never, ServiceReader | Authorization> = Layer.effect(
  ServiceReads,
  make
)
