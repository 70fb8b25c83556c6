import { Effect, Layer } from "effect"
import { type Capability, parseCapabilities } from "../src/Capability.ts"
import { CapabilityGate, type CapabilityGateService, type InstallAccess } from "../src/CapabilityGate.ts"
import { ClientReader, type ClientReaderService } from "../src/ClientReader.ts"
import type { ClientSummary, ClientSummaryV2 } from "../src/ClientSummary.ts"
import { layerGuardedReads } from "../src/GuardedReads.ts"
import { ClientId, ExtensionId, InstallId, ServiceId, TenantId, UserId } from "../src/Identifiers.ts"
import type { InvocationData } from "../src/Invocation.ts"
import { RbacCheck, type RbacCheckService, type RbacSubject } from "../src/RbacCheck.ts"
import { ServiceReader, type ServiceReaderService } from "../src/ServiceReader.ts"
import type { ServiceSummary, ServiceSummaryV2 } from "../src/ServiceSummary.ts"
import { uuid } from "../testing/uuid.ts"

export const tenant = TenantId.make(uuid(1))
export const extension = ExtensionId.make(uuid(2))
export const install = InstallId.make(uuid(3))
export const user = UserId.make(uuid(4))
export const client = ClientId.make(uuid(5))
export const otherClient = ClientId.make(uuid(6))
export const service = ServiceId.make(uuid(7))

export const clientSummary: ClientSummary = {
  clientId: client,
  clientName: "Private Client Name",
  clientType: "company",
  isInactive: false,
  defaultCurrencyCode: "USD",
  accountManagerId: null,
  accountManagerName: null,
  billingEmail: "private@client.example"
}

export const serviceSummary: ServiceSummary = {
  serviceId: service,
  serviceName: "Private Service Name",
  itemKind: "service",
  billingMethod: "hourly",
  serviceTypeId: null,
  serviceTypeName: null,
  defaultRate: 0,
  unitOfMeasure: "",
  isActive: true,
  sku: null
}

export const taggedClient: ClientSummaryV2 = { ...clientSummary, tags: ["private tag"] }

export const pricedService: ServiceSummaryV2 = { ...serviceSummary, prices: [{ currencyCode: "EUR", rate: 12_500 }] }

export const access = (overrides: Partial<InstallAccess> = {}): InstallAccess => ({
  installId: install,
  extensionId: extension,
  versionId: uuid(8),
  capabilities: parseCapabilities(["cap:client.read", "cap:service.read"]),
  unknownCapabilities: [],
  contentHashes: [],
  ...overrides
})

export const staff: RbacSubject = {
  userType: "internal",
  clientId: null,
  permissions: new Set(["client:read", "service:read"])
}

export const portalUser = (clientId: ClientId | null): RbacSubject => ({ ...staff, userType: "client", clientId })

/** An execution for the user, or for none. */
export const invocation = (userId: UserId | null = user, overrides: Partial<InvocationData> = {}): InvocationData => ({
  tenantId: tenant,
  extensionId: extension,
  installId: install,
  versionId: "version-1",
  contentHash: "0".repeat(64),
  requestId: "request-1",
  trigger: null,
  user:
    userId === null
      ? null
      : {
          userId,
          userEmail: "private@user.example",
          userName: "Private User Name",
          userType: "internal",
          clientName: "Private",
          clientId: null,
          additionalFields: {}
        },
  restrictTo: null,
  settings: null,
  ...overrides
})

/** How the ports of a test answer; where nothing is said, everything is allowed and one record is there. */
export interface Answers {
  readonly gate?: CapabilityGateService["access"]
  readonly rbac?: RbacCheckService["subject"]
  readonly clients?: Partial<ClientReaderService>
  readonly services?: Partial<ServiceReaderService>
}

/** The guarded reads over ports that answer as told, and the calls that the ports got, in order. */
export const guardedReads = (answers: Answers = {}) => {
  const calls: Array<readonly [string, ...ReadonlyArray<unknown>]> = []
  const recorded =
    <Args extends ReadonlyArray<unknown>, A>(name: string, answer: (...args: Args) => A) =>
    (...args: Args): A => {
      calls.push([name, ...args])
      return answer(...args)
    }
  const page = <A>(items: ReadonlyArray<A>) => ({ items, totalCount: items.length, page: 1, pageSize: 25 })
  const behind = <A>(items: ReadonlyArray<A>) => ({ items, totalCount: null, next: "next" })
  const layer = layerGuardedReads.pipe(
    Layer.provide(
      Layer.mergeAll(
        Layer.succeed(CapabilityGate, {
          access: recorded("gate", answers.gate ?? (() => Effect.succeed(access()))),
          accessTo: recorded("gate to", () => Effect.succeed(access()))
        }),
        Layer.succeed(RbacCheck, { subject: recorded("rbac", answers.rbac ?? (() => Effect.succeed(staff))) }),
        Layer.succeed(ClientReader, {
          list: recorded("clients.list", answers.clients?.list ?? (() => Effect.succeed(page([clientSummary])))),
          get: recorded("clients.get", answers.clients?.get ?? (() => Effect.succeed(clientSummary))),
          page: recorded("clients-v2.page", answers.clients?.page ?? (() => Effect.succeed(behind([taggedClient])))),
          getMany: recorded(
            "clients-v2.getMany",
            answers.clients?.getMany ??
              ((_, ids) => Effect.succeed(ids.map((id) => (id === client ? taggedClient : null))))
          )
        }),
        Layer.succeed(ServiceReader, {
          list: recorded("services.list", answers.services?.list ?? (() => Effect.succeed(page([serviceSummary])))),
          get: recorded("services.get", answers.services?.get ?? (() => Effect.succeed(serviceSummary))),
          page: recorded("services-v2.page", answers.services?.page ?? (() => Effect.succeed(behind([pricedService])))),
          getMany: recorded(
            "services-v2.getMany",
            answers.services?.getMany ??
              ((_, ids) => Effect.succeed(ids.map((id) => (id === service ? pricedService : null))))
          )
        })
      )
    )
  )
  return { layer, calls, called: () => calls.map(([name]) => name) }
}

/** A set of capabilities. */
export const only = (...capabilities: ReadonlyArray<Capability>): ReadonlySet<Capability> => new Set(capabilities)
