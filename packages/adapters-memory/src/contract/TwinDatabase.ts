import { ClientReads } from "@alga-psa/ext-domain/ClientReads"
import { Invocation, type InvocationData } from "@alga-psa/ext-domain/Invocation"
import type { ReadError } from "@alga-psa/ext-domain/ReadError"
import { ServiceReads } from "@alga-psa/ext-domain/ServiceReads"
import { Context, Effect, Layer, Logger } from "effect"
import { type Dataset, dataset } from "../Dataset.ts"
import type { Caller } from "../internal/twins/caller.ts"
import type { TwinCall } from "../internal/twins/calls.ts"
import { MemoryStore } from "../MemoryStore.ts"

export type { Caller, TwinCall }

/** What came of a sequence of calls: the answers as the caller gets them, byte for byte, and the audit log of them. */
export interface TwinAnswers {
  readonly answers: ReadonlyArray<string>
  readonly audit: ReadonlyArray<string>
}

/** How the twins suite fills the database under test. */
export interface TwinDataService {
  /** Replaces all rows of all tables. */
  readonly replace: (rows: Dataset) => Effect.Effect<void>
}

/** The database under test. */
export class TwinData extends Context.Service<TwinData, TwinDataService>()("@alga-psa/ext-adapters-memory/TwinData") {}

/** How the twins suite asks what is under test. */
export interface TwinCallsService {
  /** The hash of the archive that the caller's install is to name. */
  readonly contentHash: string
  /** Makes the calls one after the other in one execution. */
  readonly ask: (caller: Caller, calls: ReadonlyArray<TwinCall>) => Effect.Effect<TwinAnswers>
}

/** What stands between a caller and the database. */
export class TwinCalls extends Context.Service<TwinCalls, TwinCallsService>()(
  "@alga-psa/ext-adapters-memory/TwinCalls"
) {}

/** Fills {@link MemoryStore}. */
export const layerMemoryTwinData: Layer.Layer<TwinData, never, MemoryStore> = Layer.effect(
  TwinData,
  Effect.map(MemoryStore, (store) => TwinData.of({ replace: (rows) => store.update(() => dataset(rows)) }))
)

const invocation = (caller: Caller): InvocationData => ({
  tenantId: caller.tenant,
  extensionId: caller.extension,
  installId: caller.install,
  versionId: null,
  contentHash: null,
  requestId: "twins",
  trigger: caller.trigger,
  user:
    caller.user === null
      ? null
      : {
          userId: caller.user,
          userEmail: "",
          userName: "",
          userType: "internal",
          clientName: "",
          clientId: null,
          additionalFields: {}
        },
  restrictTo: caller.restrictTo,
  settings: null
})

const audited = [
  ...["operation", "outcome", "capability", "tenant", "extension", "install", "requestId"],
  ...["resultCount", "missing", "field"]
] as const

/** What the audit line says, without times and the cause of a denial; null for any other line. */
export const auditText = (line: Readonly<Record<string, unknown>>): string | null =>
  line["operation"] === undefined ? null : JSON.stringify([line["level"], ...audited.map((name) => line[name] ?? null)])

/** Calls the guarded reads themselves. The answers are what a guest would be sent: the value, or the code alone. */
export const layerGuardedCalls: Layer.Layer<TwinCalls, never, ClientReads | ServiceReads> = Layer.effect(
  TwinCalls,
  Effect.gen(function* () {
    const clients = yield* ClientReads
    const services = yield* ServiceReads
    const run = (call: TwinCall): Effect.Effect<unknown, ReadError, Invocation> => {
      switch (call.operation) {
        case "clients.list":
          return clients.list(call.input)
        case "services.list":
          return services.list(call.input)
        case "clients.get":
          return clients.get(call.id)
        case "services.get":
          return services.get(call.id)
        case "clients-v2.page":
          return clients.page(call.input)
        case "services-v2.page":
          return services.page(call.input)
        case "clients-v2.getMany":
          return clients.getMany(call.ids)
        case "services-v2.getMany":
          return services.getMany(call.ids)
      }
    }
    return TwinCalls.of({
      contentHash: "0".repeat(64),
      ask: (caller, calls) =>
        Effect.suspend(() => {
          const audit: Array<string> = []
          const logger = Logger.map(Logger.formatStructured, ({ annotations, level }) => {
            const text = auditText({ level, ...annotations })
            if (text !== null) audit.push(text)
          })
          const answers = Effect.forEach(calls, (call) =>
            Effect.match(run(call), {
              onFailure: ({ code }) => JSON.stringify({ err: code }),
              onSuccess: (ok) => JSON.stringify({ ok })
            })
          )
          return Effect.map(answers, (texts) => ({ answers: texts, audit })).pipe(
            Effect.provideService(Invocation, invocation(caller)),
            Effect.provide(Logger.layer([logger]))
          )
        })
    })
  })
)
