import { CapabilityGate } from "@alga-psa/ext-domain/CapabilityGate"
import { ClientReader } from "@alga-psa/ext-domain/ClientReader"
import type { DataSourceError } from "@alga-psa/ext-domain/DataSourceError"
import { HostName } from "@alga-psa/ext-domain/HostName"
import { ClientId, ExtensionId, InstallId, ServiceId, type TenantId, UserId } from "@alga-psa/ext-domain/Identifiers"
import { InstallLookup } from "@alga-psa/ext-domain/InstallLookup"
import { RbacCheck } from "@alga-psa/ext-domain/RbacCheck"
import { ServiceReader } from "@alga-psa/ext-domain/ServiceReader"
import { Effect } from "effect"

const id = "22222222-2222-4222-8222-222222222222"

const pages = [
  { page: 1, pageSize: 100 },
  { page: 10_000, pageSize: 1 }
]
const searches = [null, "ΟΔΟΣ", "north", id]
const flags = [true, false]
const cursors = flags.flatMap((withTotal) =>
  [null, withTotal ? "north" : "ΟΔΟΣ"].flatMap((search) =>
    [null, { name: "north", id }].map((after) => ({ search, after, withTotal, pageSize: 2 }))
  )
)

/** Every call of the ports, with every kind of input. They find nothing: the statements are the point. Lists, which are most, come last. */
export const portCalls = (
  tenant: TenantId
): ReadonlyArray<
  Effect.Effect<unknown, DataSourceError, CapabilityGate | ClientReader | InstallLookup | RbacCheck | ServiceReader>
> => [
  Effect.flatMap(ClientReader, (reader) => reader.getMany(tenant, [ClientId.make(id), ClientId.make(id)])),
  Effect.flatMap(ServiceReader, (reader) => reader.getMany(tenant, [ServiceId.make(id)])),
  Effect.flatMap(ClientReader, (reader) => reader.get(tenant, ClientId.make(id))),
  Effect.flatMap(ServiceReader, (reader) => reader.get(tenant, ServiceId.make(id))),
  Effect.flatMap(CapabilityGate, (gate) =>
    Effect.catchTag(gate.access(tenant, InstallId.make(id)), "InstallUnavailable", () => Effect.void)
  ),
  Effect.flatMap(CapabilityGate, (gate) =>
    Effect.catchTag(gate.accessTo(tenant, ExtensionId.make(id)), "InstallUnavailable", () => Effect.void)
  ),
  Effect.flatMap(RbacCheck, (rbac) => rbac.subject(tenant, UserId.make(id))),
  Effect.flatMap(InstallLookup, (lookup) => lookup.byHost(HostName.make("north.example"))),
  Effect.flatMap(InstallLookup, (lookup) => lookup.byId(InstallId.make(id))),
  Effect.flatMap(InstallLookup, (lookup) => lookup.byBundle(ExtensionId.make(id), "0".repeat(64))),
  ...pages.flatMap((paging) =>
    searches.flatMap((search) => [
      ...flags.flatMap((includeInactive) =>
        [null, ClientId.make(id)].map((onlyClient) =>
          Effect.flatMap(ClientReader, (reader) =>
            reader.list(tenant, { ...paging, search, includeInactive, onlyClient })
          )
        )
      ),
      ...[null, "product" as const].flatMap((itemKind) =>
        [null, true].flatMap((isActive) =>
          [null, "usage" as const].map((billingMethod) =>
            Effect.flatMap(ServiceReader, (reader) =>
              reader.list(tenant, { ...paging, search, itemKind, isActive, billingMethod })
            )
          )
        )
      )
    ])
  ),
  ...cursors.flatMap((cursor) => [
    ...[null, ["vip", "Beta"]].flatMap((tags) =>
      [null, ClientId.make(id)].map((onlyClient) =>
        Effect.flatMap(ClientReader, (reader) =>
          reader.page(tenant, { ...cursor, includeInactive: onlyClient === null, onlyClient, tags })
        )
      )
    ),
    Effect.flatMap(ServiceReader, (reader) =>
      reader.page(tenant, { ...cursor, itemKind: null, isActive: null, billingMethod: null })
    )
  ])
]
