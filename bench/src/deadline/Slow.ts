import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import {
  Archives,
  ComponentStore,
  defaultLimits,
  Executor,
  type HttpRequest,
  layerComponentStore,
  layerSandbox,
  Sandbox
} from "@alga-psa/ext-adapters-wit"
import {
  CapabilityGate,
  layerAuthorization,
  layerSecretsDenied,
  parseCapabilities,
  RbacCheck
} from "@alga-psa/ext-domain"
import { BundleStore } from "@alga-psa/ext-runner/BundleStore"
import * as Components from "@alga-psa/ext-runner/Components"
import { ExecuteRequest } from "@alga-psa/ext-runner/ExecuteRequest"
import * as Execution from "@alga-psa/ext-runner/Execution"
import * as ClusteredExecution from "@alga-psa/ext-runner-cluster/ClusteredExecution"
import { Directory } from "@alga-psa/ext-runner-cluster/Directory"
import { Membership } from "@alga-psa/ext-runner-cluster/Membership"
import { Peers } from "@alga-psa/ext-runner-cluster/Peers"
import { parse } from "@bytecodealliance/jco"
import { Context, Effect, Layer, Schema } from "effect"

/** What is slow. */
export const slowParts = [
  "database",
  "bundle store",
  "intake",
  "queue of the sandbox",
  "another runner",
  "handler"
] as const
export type SlowPart = (typeof slowParts)[number]

const id = (digit: number) => `${String(digit).repeat(8)}-0000-4000-8000-000000000000`
const archive = Buffer.from("an archive")
const hash = createHash("sha256").update(archive).digest("hex")
const manifest = {
  name: "com.example.bench",
  publisher: "Example",
  version: "1.0.0",
  runtime: "wasm-js@1",
  capabilities: []
}
const access = {
  installId: id(3),
  extensionId: id(2),
  versionId: id(5),
  capabilities: parseCapabilities([]),
  unknownCapabilities: [],
  contentHashes: [hash]
}
const context = {
  requestId: null,
  tenantId: id(1),
  extensionId: id(2),
  installId: null,
  versionId: null
}

/** A request that the guest answers at once, or, where it is to be slow, never. */
export const requestOf = (timeoutMs: number, isSlow: boolean) =>
  Schema.decodeUnknownSync(ExecuteRequest)({
    context: { tenant_id: id(1), extension_id: id(2), install_id: id(3), content_hash: hash },
    http: { method: isSlow ? "POST" : "GET", path: "/" },
    limits: { timeout_ms: timeoutMs }
  })

/** The runner's executions over a real sandbox, with one part that is stuck; and how many of them at once make sense. */
export const executions = Effect.fnUntraced(function* (slow: SlowPart | null, directory: string) {
  const at = <A>(part: SlowPart, value: Effect.Effect<A>) =>
    part === slow ? Effect.andThen(Effect.never, value) : value
  const bytes = yield* Effect.promise(async () =>
    parse(await readFile(new URL("./guest.wat", import.meta.url), "utf8"))
  )
  const turns = { concurrency: 2, concurrencyPerTenant: 2, concurrencyPerInstall: 2 }
  const real = yield* Layer.build(
    Layer.mergeAll(layerComponentStore({ directory }), layerSandbox({ ...turns, limits: defaultLimits }))
  )
  const component = yield* Context.get(real, ComponentStore).accept(bytes)
  const sandbox = Context.get(real, Sandbox)
  const execute = (_: unknown, http: HttpRequest, limits: typeof defaultLimits, onRun?: (begins: boolean) => void) =>
    sandbox.execute({
      component,
      tenantId: id(1),
      installId: id(3),
      request: { context, http },
      limits,
      host: () => Effect.die("it asks for nothing"),
      onRun
    })
  const execution = Execution.layer(defaultLimits).pipe(
    Layer.provide([
      Components.layer.pipe(
        Layer.provide([
          Layer.mock(BundleStore, { read: () => at("bundle store", Effect.succeed(archive)) }),
          Layer.mock(ComponentStore, {
            directory: "",
            accept: () => at("intake", Effect.succeed(component)),
            use: () => Effect.void
          }),
          Layer.mock(Archives, { component: () => Effect.succeed({ manifest, component: archive }) })
        ])
      ),
      layerAuthorization.pipe(
        Layer.provide([
          Layer.mock(CapabilityGate, { access: () => at("database", Effect.succeed(access as never)) }),
          Layer.mock(RbacCheck, {})
        ])
      ),
      layerSecretsDenied,
      Layer.succeed(Executor, { execute })
    ])
  )
  const elsewhere = ClusteredExecution.layer.pipe(
    Layer.provide([
      Layer.mock(ClusteredExecution.LocalExecution, {}),
      Layer.succeed(Membership, Membership.of({ sharding: { getShardId: () => ({ id: 1 }) } } as never)),
      Layer.mock(Directory, { ownerOf: () => Effect.succeed({} as never) }),
      Layer.succeed(Peers, Peers.of({ ask: () => Effect.never } as never))
    ])
  )
  const chosen: Layer.Layer<Execution.Execution> = slow === "another runner" ? elsewhere : execution
  const services = yield* Layer.build(chosen)
  if (slow === "queue of the sandbox") {
    const busy = execute(null, { method: "POST", url: "/", headers: [], body: null }, defaultLimits)
    for (let i = 0; i < turns.concurrency; i++) yield* Effect.forkScoped(Effect.ignore(busy))
  }
  return { run: Context.get(services, Execution.Execution).run, atOnce: slow === "handler" ? turns.concurrency : 16 }
})
