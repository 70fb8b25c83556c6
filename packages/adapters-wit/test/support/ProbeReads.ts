import { Buffer } from "node:buffer"
import {
  type Authorization,
  ClientReads,
  type ClientSummary,
  type ClientSummaryV2,
  type CursorPage,
  Internal,
  InvalidInput,
  type Invocation,
  layerDeniedPorts,
  layerGuardedPorts,
  NotAllowed,
  type Page,
  type ReadError,
  type ReadErrorCode,
  ServiceReads,
  type ServiceSummary,
  type ServiceSummaryV2
} from "@alga-psa/ext-domain"
import { Effect, Layer } from "effect"
import { ComponentStore, Executor, layerExecutor, layerHostImports, type SandboxOptions } from "../../src/index.ts"
import { type Engine, scriptGuest } from "./Guests.ts"
import { longLimits, sandboxOf } from "./Run.ts"

/** A call for the probe guest to make. */
export interface ProbeCall {
  /** Without the package, such as `clients`. */
  readonly interface: string
  readonly function: string
  readonly args: ReadonlyArray<unknown>
}

/** What the probe got: the value, or the error case. */
export type ProbeOutcome = { readonly ok: unknown } | { readonly err: unknown }

/** Makes host calls from inside a guest. */
export const probe = Effect.fnUntraced(function* (calls: ReadonlyArray<ProbeCall>, engine: Engine = "quickjs") {
  const store = yield* ComponentStore
  const executor = yield* Executor
  const component = yield* store.accept(yield* Effect.promise(() => scriptGuest(engine)))
  const body = Buffer.from(JSON.stringify(calls))
  const response = yield* executor.execute(component, { method: "POST", url: "/", headers: [], body }, longLimits)
  return JSON.parse(Buffer.from(response.body ?? []).toString()) as ReadonlyArray<ProbeOutcome>
})

const errors: Readonly<Record<ReadErrorCode, ReadError>> = {
  "not-allowed": new NotAllowed({ reason: "capability", missing: "told by a guest" }),
  "invalid-input": new InvalidInput({ field: "input", why: "told by a guest" }),
  internal: new Internal({ cause: "told by a guest" })
}

const isCode = (value: unknown): value is ReadErrorCode => typeof value === "string" && value in errors

/** Executions over the given reads, with a real sandbox and no port beside the reads. */
export const layerExecutions = <E, R>(
  reads: Layer.Layer<ClientReads | ServiceReads | Authorization, E, R>,
  options: Partial<SandboxOptions> = {}
) =>
  layerExecutor.pipe(
    Layer.provide(Layer.provide(layerHostImports, Layer.merge(layerGuardedPorts, reads))),
    Layer.provide([reads, layerDeniedPorts]),
    Layer.provideMerge(sandboxOf(options))
  )

const through = Effect.gen(function* () {
  const context = yield* Effect.context<Executor | ComponentStore>()
  const read = <A>(name: string, member: string, arg: unknown): Effect.Effect<A, ReadError, Invocation> =>
    probe([{ interface: name, function: member, args: [arg] }]).pipe(
      Effect.provideContext(context),
      Effect.orDie,
      Effect.flatMap(([outcome]) => {
        if (outcome !== undefined && "ok" in outcome) return Effect.succeed(outcome.ok as A)
        return isCode(outcome?.err) ? Effect.fail(errors[outcome.err]) : Effect.die(outcome)
      })
    )
  return read
})

/** Guarded reads that make every read from inside a guest, through the sandbox and the host's imports. */
export const layerThroughGuest = Layer.merge(
  Layer.effect(
    ClientReads,
    Effect.map(through, (read) =>
      ClientReads.of({
        list: (input) => read<Page<ClientSummary>>("clients", "listClients", input ?? {}),
        get: (clientId) => read<ClientSummary | null>("clients", "getClient", clientId),
        page: (input) => read<CursorPage<ClientSummaryV2>>("clients-v2", "listClients", input ?? {}),
        getMany: (ids) => read<ReadonlyArray<ClientSummaryV2 | null>>("clients-v2", "getClients", ids)
      })
    )
  ),
  Layer.effect(
    ServiceReads,
    Effect.map(through, (read) =>
      ServiceReads.of({
        list: (input) => read<Page<ServiceSummary>>("services", "listServices", input ?? {}),
        get: (serviceId) => read<ServiceSummary | null>("services", "getService", serviceId),
        page: (input) => read<CursorPage<ServiceSummaryV2>>("services-v2", "listServices", input ?? {}),
        getMany: (ids) => read<ReadonlyArray<ServiceSummaryV2 | null>>("services-v2", "getServices", ids)
      })
    )
  )
)
