import {
  type Component,
  ComponentStore,
  defaultLimits,
  type ExecuteResponse,
  type ExecutionFailed,
  type HostCall,
  type Limits,
  layerComponentStore,
  layerSandbox,
  ok,
  Sandbox,
  type SandboxOptions
} from "@alga-psa/ext-adapters-wit"
import { Effect, Layer } from "effect"
import { find, pageOf } from "./MockData.ts"

const sizeIn = (input: unknown): number =>
  input !== null && typeof input === "object" && "pageSize" in input ? Number(input.pageSize) : 25

const host = ({ function: name, args }: HostCall) =>
  Effect.succeed(name === "listClients" ? ok(pageOf(sizeIn(args[0]))) : ok(name === "getClient" ? find(args[0]) : null))

/** What an execution may differ in. */
export interface RequestOptions {
  readonly installId?: string
  /**
   * `work`, `loop`, `take` for a body, or with a number behind a slash: `lists` and `gets` of calls, `page` of clients, `answer`
   * of bytes, `grow` of MiB.
   */
  readonly task?: string
  readonly body?: Uint8Array
  readonly limits?: Partial<Limits>
}

/** One request on mock data. */
export const request = (
  component: Component,
  { body, installId = "install", task = "work", limits = {} }: RequestOptions = {}
): Effect.Effect<ExecuteResponse, ExecutionFailed, Sandbox> =>
  Effect.flatMap(Sandbox, (sandbox) =>
    sandbox.execute({
      component,
      tenantId: "tenant",
      installId,
      request: {
        context: { requestId: null, tenantId: "tenant", extensionId: "extension", installId, versionId: null },
        http: { method: "GET", url: `/${task}`, headers: [], body: body ?? null }
      },
      limits: { ...defaultLimits, hostCalls: 100_000, ...limits },
      host
    })
  )

/** The same component, for which each request takes a new instance. */
export const withFreshInstances = (component: Component): Component => ({ ...component, unrestorable: "for the bench" })

/** A component of these bytes in the store. */
export const taken = (bytes: Uint8Array) => Effect.flatMap(ComponentStore, (store) => store.accept(bytes))

/** A sandbox with room for a component's host calls by the thousand, for components that were taken in before. */
export const layerOurSandbox = (options: Partial<SandboxOptions> = {}) =>
  layerSandbox({
    concurrency: 2,
    concurrencyPerInstall: 2,
    concurrencyPerTenant: 2,
    spares: 1,
    loadedSpares: 0,
    idleProcesses: 8,
    idleMb: 1_000_000,
    limits: { ...defaultLimits, memoryMb: 128, hostCalls: 100_000 },
    ...options
  })

/** A store in a folder, and {@link layerOurSandbox}. */
export const layerOurs = (directory: string, options: Partial<SandboxOptions> = {}) =>
  Layer.merge(layerComponentStore({ directory }), layerOurSandbox(options))
