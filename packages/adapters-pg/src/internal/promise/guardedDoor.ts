import { CapabilityGate, type CapabilityGateService } from "@alga-psa/ext-domain/CapabilityGate"
import { layerGuardedReads } from "@alga-psa/ext-domain/GuardedReads"
import { ExtensionId, type InstallId, type TenantId, type UserId } from "@alga-psa/ext-domain/Identifiers"
import { asExecution, type Invocation, type InvocationData } from "@alga-psa/ext-domain/Invocation"
import type { ResourceReads } from "@alga-psa/ext-domain/Resources"
import { Context, Effect, Exit, Layer } from "effect"
import type { AuditRecord } from "../../promise/AuditRecord.ts"
import { AuditFailedError } from "../../promise/ReadsError.ts"
import type { Source } from "../../promise/Source.ts"
import { AuditRecords, layerAuditRecords, noExtension } from "./auditLines.ts"
import { openDoor } from "./door.ts"
import { sourceLayer } from "./sourceLayer.ts"

/** A caller whose ids are ids. */
export interface CheckedCaller {
  readonly tenant: TenantId
  readonly install: InstallId
  readonly user: UserId | null
  readonly trigger: string | null
  readonly requestId: string | null
}

/** What the gate answered of the install in the call that runs. */
const InstallOfCall = Context.Reference<ReturnType<CapabilityGateService["access"]> | null>(
  "@alga-psa/ext-adapters-pg/InstallOfCall",
  { defaultValue: () => null }
)

/** The gate, which is asked once for a call: who makes the call's execution asks for its extension, and then the guard asks. */
const layerAskedOnce = Layer.effect(
  CapabilityGate,
  Effect.map(CapabilityGate, (gate) => ({
    ...gate,
    access: (tenant, install) => Effect.flatMap(InstallOfCall, (answer) => answer ?? gate.access(tenant, install))
  }))
)

const userOf = (userId: UserId) => ({
  userId,
  userEmail: "",
  userName: "",
  userType: "",
  clientName: "",
  clientId: null,
  additionalFields: {}
})

/** One call as an execution of its own, in which every right is checked again. */
const asCall = <A, E, R>(caller: CheckedCaller, read: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const gate = yield* CapabilityGate
    const answer = yield* Effect.cached(gate.access(caller.tenant, caller.install))
    const asked = yield* Effect.exit(answer)
    const install = Exit.isSuccess(asked) ? asked.value : null
    const data: InvocationData = {
      tenantId: caller.tenant,
      installId: caller.install,
      extensionId: install?.extensionId ?? ExtensionId.make(noExtension),
      versionId: install?.versionId ?? null,
      contentHash: null,
      requestId: caller.requestId,
      trigger: caller.trigger,
      user: caller.user === null ? null : userOf(caller.user),
      restrictTo: null,
      settings: null
    }
    return yield* read.pipe(asExecution(data), Effect.provideService(InstallOfCall, answer))
  })

/** Runs guarded reads, and reports each before it is answered. */
export interface GuardedDoor {
  readonly run: <A>(caller: CheckedCaller, read: Effect.Effect<A, unknown, ResourceReads | Invocation>) => Promise<A>
  readonly close: () => Promise<void>
}

/** Opens a door to guarded reads of a source. */
export const guardedDoor = (source: Source, audit: (record: AuditRecord) => void | Promise<void>): GuardedDoor => {
  const ports = sourceLayer(source)
  const { close, run } = openDoor(
    Layer.merge(
      Layer.provideMerge(layerGuardedReads, Layer.merge(ports, Layer.provide(layerAskedOnce, ports))),
      layerAuditRecords
    )
  )

  const report = async (records: ReadonlyArray<AuditRecord>) => {
    try {
      for (const record of records) await audit(record)
    } catch (cause) {
      throw new AuditFailedError(cause)
    }
  }

  return {
    run: async (caller, read) => {
      const records: Array<AuditRecord> = []
      const answer = run(Effect.provideService(asCall(caller, read), AuditRecords, records))
      await answer.catch(() => undefined)
      await report(records)
      return answer
    },
    close
  }
}
