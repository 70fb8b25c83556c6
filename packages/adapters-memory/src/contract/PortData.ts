import { ExtensionId, InstallId, type TenantId } from "@alga-psa/ext-domain/Identifiers"
import { asExecution, type Invocation, type InvocationData } from "@alga-psa/ext-domain/Invocation"
import type { CreateManualInvoiceInput } from "@alga-psa/ext-domain/InvoiceInput"
import { Context, Effect, Layer } from "effect"
import { type InstallFixtures, MemoryInstalls, type Sent } from "../MemoryInstalls.ts"
import { MemoryInvoices } from "../MemoryInvoicing.ts"
import { freshId, freshTenant } from "./FreshTenant.ts"

/** How a contract suite gives installs to the adapter under test, and sees what they did to the world around it. */
export interface PortDataService {
  /** An execution of an install that has these, and that nothing else uses; of a tenant of its own where none is given. */
  readonly execution: (given?: Partial<InstallFixtures>, tenant?: TenantId) => Effect.Effect<InvocationData>
  /** The requests that left and the routes that were called, for the install behind the execution, in order. */
  readonly sent: (execution: InvocationData) => Effect.Effect<ReadonlyArray<Sent>>
  /** What the invoices of a tenant were made of, in the order of their making. */
  readonly invoices: (tenant: TenantId) => Effect.Effect<ReadonlyArray<CreateManualInvoiceInput>>
}

/** The world around the adapter under test. */
export class PortData extends Context.Service<PortData, PortDataService>()("@alga-psa/ext-adapters-memory/PortData") {}

const freshExecution = (tenantId: TenantId): InvocationData => ({
  tenantId,
  extensionId: ExtensionId.make(freshId()),
  installId: InstallId.make(freshId()),
  versionId: null,
  contentHash: null,
  requestId: freshId(),
  trigger: "schedule",
  user: null,
  restrictTo: null,
  settings: null
})

/** The world of the memory adapters. */
export const layerMemoryPortData: Layer.Layer<PortData, never, MemoryInstalls | MemoryInvoices> = Layer.effect(
  PortData,
  Effect.gen(function* () {
    const installs = yield* MemoryInstalls
    const drafts = yield* MemoryInvoices
    return PortData.of({
      execution: (given = {}, tenant = freshTenant().tenant) => {
        const execution = freshExecution(tenant)
        return Effect.as(installs.load(tenant, execution.installId, given), execution)
      },
      sent: (execution) => asExecution(execution)(installs.sent),
      invoices: (tenant) => Effect.sync(() => drafts.flatMap((draft) => (draft.tenant === tenant ? [draft.input] : [])))
    })
  })
)

/** Calls of an install that has these, as executions of it. */
export const installed = (given?: Partial<InstallFixtures>, tenant?: TenantId) =>
  Effect.gen(function* () {
    const data = yield* PortData
    const execution = yield* data.execution(given, tenant)
    return {
      execution,
      sent: data.sent(execution),
      as: <A, E, R>(call: Effect.Effect<A, E, R>): Effect.Effect<A, E, Exclude<R, Invocation>> =>
        asExecution(execution)(call)
    }
  })

/** The code that a call fails with. */
export const codeOf = <A, E extends { readonly code: string }, R>(call: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.flip(call), ({ code }): string => code)
