import { createServer } from "node:http"
import {
  type ComponentStoreError,
  defaultLimits,
  type Limits,
  layerComponentStore,
  layerDeniedPorts,
  layerExecutor,
  layerHostImports,
  layerSandbox,
  type NodeUnsuitable
} from "@alga-psa/ext-adapters-wit"
import {
  type CapabilityGate,
  type ClientReader,
  layerGuardedReads,
  type RbacCheck,
  type ServiceReader
} from "@alga-psa/ext-domain"
import { NodeHttpServer, NodeServices } from "@effect/platform-node"
import { Layer } from "effect"
import { HttpRouter } from "effect/http"
import * as BundleStore from "./BundleStore.ts"
import * as Components from "./Components.ts"
import * as Execution from "./Execution.ts"

/** What a runner needs to know beside its ports. */
export interface RunnerOptions {
  /** The directory of the bundles. */
  readonly bundles: string
  /** The directory of accepted components. Only the runner's own user may write to it. */
  readonly components: string
  /** The largest limits of an execution. Default: those of the sandbox. */
  readonly limits?: Limits
}

/** The four ports that give a runner its data. */
export type Ports = ClientReader | ServiceReader | CapabilityGate | RbacCheck

/** Executions of installed extensions: bundle store, intake, sandbox, host imports and guarded reads over the ports. */
export const layerExecution = ({
  bundles,
  components,
  limits = defaultLimits
}: RunnerOptions): Layer.Layer<Execution.Execution, ComponentStoreError | NodeUnsuitable, Ports> => {
  const store = layerComponentStore({ directory: components, componentBytes: limits.componentBytes })
  const sandbox = layerSandbox({ limits })
  const executor = layerExecutor.pipe(Layer.provide([sandbox, layerHostImports]), Layer.provide(layerDeniedPorts))
  const bundleStore = BundleStore.layerDirectory(bundles).pipe(Layer.provide(NodeServices.layer))
  return Execution.layer(limits).pipe(
    Layer.provide([executor, Components.layer]),
    Layer.provide([store, bundleStore, layerGuardedReads])
  )
}

/** An HTTP server for routes, such as the runner's. Port 0 takes any free one. */
export const layerHttp = <R>(
  routes: Layer.Layer<never, never, R>,
  options: { readonly host: string; readonly port: number }
) =>
  HttpRouter.serve(routes, { disableLogger: true, disableListenLog: true }).pipe(
    Layer.provideMerge(NodeHttpServer.layer(createServer, options))
  )
