import {
  type ComponentStoreError,
  defaultLimits,
  Executor,
  type ExecutorService,
  HostImports,
  type HostImportsService,
  type Limits,
  layerArchives,
  layerComponentStore,
  layerExecutor,
  layerHostImports,
  layerSandbox,
  type NodeUnsuitable,
  type SandboxOptions
} from "@alga-psa/ext-adapters-wit"
import type { BoundedDirectoryOptions } from "@alga-psa/ext-adapters-wit/BoundedDirectory"
import type { DirectoryUnusable } from "@alga-psa/ext-adapters-wit/OwnDirectory"
import {
  type CapabilityGate,
  type HttpFetch,
  type InstallLookup,
  type Invoicing,
  layerDeniedPorts,
  layerGuardedPorts,
  layerGuardedReads,
  type RbacCheck,
  type ResourceReader,
  type ResourceReads,
  type Scheduler,
  type Secrets,
  type Storage,
  type UiProxy
} from "@alga-psa/ext-domain"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { ByteSize, Duration, Effect, Layer, type Redacted } from "effect"
import { HttpRouter } from "effect/http"
import * as AnswerRights from "./AnswerRights.ts"
import { layerBodyRoom, makeBodyRoom } from "./BodyRoom.ts"
import * as BundleCache from "./BundleCache.ts"
import * as BundleStore from "./BundleStore.ts"
import * as Components from "./Components.ts"
import type { DatabaseCheck } from "./DatabaseCheck.ts"
import { LongestTime } from "./Deadline.ts"
import * as Execution from "./Execution.ts"
import * as ExtensionUi from "./ExtensionUi.ts"
import { type HttpBounds, httpDefaults } from "./HttpBounds.ts"
import * as HttpBundleStore from "./HttpBundleStore.ts"
import { IntakeAtOnce, type IntakeSizes, usualIntake } from "./IntakeSizes.ts"
import { exactRoutes, layerExactTargets } from "./internal/http/exactTarget.ts"
import { FailureStatus } from "./internal/http/execute.ts"
import { FrameAncestors } from "./internal/http/extensionUi.ts"
import { Serves } from "./internal/http/pageHost.ts"
import { RequestBytes } from "./internal/http/requestBody.ts"
import { timedServer } from "./internal/http/timedServer.ts"
import { ReadsToken } from "./internal/http/todaysRunner.ts"
import { executionsAtZero } from "./internal/observe.ts"
import * as Life from "./Life.ts"
import { layerMissesRemembered } from "./LookupMisses.ts"
import * as Readiness from "./Readiness.ts"
import { layerWaitingAnswers, makeWaitingAnswers } from "./WaitingAnswers.ts"

/** Where bundles come from: a directory, or HTTP with a cache on disk. */
export type BundleSource =
  | { readonly directory: string }
  | (HttpBundleStore.HttpStoreOptions & { readonly cache: BoundedDirectoryOptions })

/** A real implementation of a port beside the reads, such as `Storage`. */
export type PortLayer =
  | Layer.Layer<Secrets>
  | Layer.Layer<HttpFetch>
  | Layer.Layer<Storage>
  | Layer.Layer<UiProxy>
  | Layer.Layer<Scheduler>
  | Layer.Layer<Invoicing>

/** What a runner needs to know beside the ports of its data. */
export interface RunnerOptions {
  readonly bundles: BundleSource
  /** The directory of accepted components. Only the runner's own user may write to it. */
  readonly components: string
  /** What is kept there, in bytes. Default: that of the component store. */
  readonly componentCacheBytes?: number
  /** The largest limits of an execution. Default: those of the sandbox. */
  readonly limits?: Limits
  /** How many bundles, components and pages are taken in at the same time, and the bytes of pages that are kept. Default: 4, 2, 2, 128 MiB. */
  readonly intake?: IntakeSizes
  /** How long opening an archive may take, and transpiling a component, in milliseconds. Default: 30,000 and 60,000. */
  readonly intakeTimeoutMs?: number
  /** Whether a process waits to transpile the next component. Default: where the sandbox keeps spares. */
  readonly spareTranspiler?: boolean
  /** How many processes the sandbox may have, and the like. */
  readonly sandbox?: Partial<Omit<SandboxOptions, "limits">>
  /** The ports beside the reads that are opened, each behind its capability. Default: none. The others answer `denied`. */
  readonly ports?: ReadonlyArray<PortLayer>
  /** Stands around the imports of every execution, as to show them while an extension is developed. Default: nothing. */
  readonly aroundImports?: (imports: HostImportsService) => HostImportsService
  /** Stands around the executor, as to run a handler elsewhere while it is debugged. Default: nothing. */
  readonly aroundExecutor?: (executor: ExecutorService, imports: HostImportsService) => ExecutorService
}

/** The ports that give a runner its data. */
export type Ports = ResourceReader | CapabilityGate | InstallLookup | RbacCheck | DatabaseCheck

/** What the routes need. */
export type Services =
  | Execution.Execution
  | AnswerRights.AnswerRights
  | Components.Components
  | ExtensionUi.ExtensionUi
  | InstallLookup
  | ResourceReads
  | Readiness.Readiness
  | Life.Life

const layerBundles = (source: BundleSource): Layer.Layer<BundleStore.BundleStore, DirectoryUnusable> =>
  "directory" in source
    ? BundleStore.layerDirectory(source.directory).pipe(Layer.provide(NodeServices.layer))
    : BundleCache.layer(source.cache).pipe(Layer.provide(HttpBundleStore.layer(source)))

/**
 * Everything behind the routes, over the ports: bundle store, intake, sandbox, host imports, guarded reads, pages of
 * extensions and readiness.
 */
export const layerRunner = ({
  aroundExecutor,
  aroundImports,
  bundles,
  componentCacheBytes,
  components,
  intake = usualIntake,
  intakeTimeoutMs,
  limits = defaultLimits,
  ports = [],
  sandbox: sandboxOptions,
  spareTranspiler = sandboxOptions?.spares !== 0
}: RunnerOptions): Layer.Layer<Services, ComponentStoreError | DirectoryUnusable | NodeUnsuitable, Ports> => {
  const store = layerComponentStore({
    directory: components,
    componentBytes: limits.componentBytes,
    glueBytes: limits.glueBytes,
    concurrency: intake.components,
    spare: spareTranspiler,
    ...(componentCacheBytes === undefined ? {} : { cacheBytes: componentCacheBytes }),
    ...(intakeTimeoutMs === undefined ? {} : { intakeTimeoutMs })
  })
  const archives = layerArchives({
    componentBytes: limits.componentBytes,
    ...(intakeTimeoutMs === undefined ? {} : { timeoutMs: intakeTimeoutMs })
  })
  const sandbox = layerSandbox({ ...sandboxOptions, limits })
  const imports =
    aroundImports === undefined
      ? layerHostImports
      : Layer.effect(HostImports, Effect.map(HostImports, aroundImports)).pipe(Layer.provide(layerHostImports))
  const rawPorts = Layer.mergeAll(layerDeniedPorts, ...ports)
  const guardedPorts = Layer.provide(layerGuardedPorts, rawPorts)
  const around =
    aroundExecutor === undefined
      ? layerExecutor
      : Layer.effect(
          Executor,
          Effect.gen(function* () {
            return aroundExecutor(yield* Executor, yield* HostImports)
          })
        ).pipe(Layer.provide(layerExecutor))
  const executor = around.pipe(Layer.provide([sandbox, imports]), Layer.provide(guardedPorts))
  return Layer.mergeAll(
    Layer.provide(Execution.layer(limits), rawPorts),
    AnswerRights.layer,
    ExtensionUi.layer,
    Readiness.layer(components),
    Layer.effectDiscard(executionsAtZero),
    Layer.succeed(LongestTime, limits.timeoutMs)
  ).pipe(
    Layer.provideMerge([Components.layer, Life.layer]),
    Layer.provide(Layer.succeed(IntakeAtOnce, intake)),
    Layer.provide([executor, sandbox, layerBundles(bundles)]),
    Layer.provideMerge(layerMissesRemembered),
    Layer.provide([store, archives]),
    Layer.provideMerge(layerGuardedReads)
  )
}

/** Where an HTTP server listens, and what bounds its callers: {@link httpDefaults} where nothing else is said. */
export interface HttpOptions extends Partial<HttpBounds> {
  readonly host: string
  /** 0 takes any free one. */
  readonly port: number
  /** `200` tells callers of `POST /v1/execute` of a failure by the `status` in the body alone. Default: `http`. */
  readonly failureStatus?: "http" | "200"
  /** What today's runner proves itself with, at the two paths for its reads. Default: there are no such paths. */
  readonly readsToken?: Redacted.Redacted | null
  /**
   * `pages` has `GET` of `/` and `/ext-ui/…` alone, `operators` health, readiness and metrics alone, `no-operators` all but the
   * last two. Default: everything.
   */
  readonly serves?: Serves
  /** Which origins may frame an extension's page. Default: its own. */
  readonly frameAncestors?: string
  /** Lets several processes listen on one port, where the system can (Linux). Default: false. */
  readonly reusePort?: boolean
}

const nodeServer = (bounds: HttpBounds) => () => {
  const requestTimeout = Duration.toMillis(bounds.requestTimeout)
  const times = {
    maxHeaderSize: bounds.headerBytes,
    // Node makes no server where a head may take longer than its whole request.
    headersTimeout: Math.min(Duration.toMillis(bounds.headersTimeout), requestTimeout),
    requestTimeout,
    keepAliveTimeout: Duration.toMillis(bounds.keepAliveTimeout),
    connectionsCheckingInterval: 1_000
  }
  const server = timedServer(times, Duration.toMillis(bounds.answerTimeout))
  server.maxConnections = bounds.maxConnections
  return server
}

/** An HTTP server for routes, such as the runner's. A path is a route's only as it is written there. */
export const layerHttp = <R>(routes: Layer.Layer<never, never, R>, options: HttpOptions) => {
  const bounds: HttpBounds = { ...httpDefaults, ...options }
  return HttpRouter.serve(Layer.merge(routes, layerExactTargets), {
    disableLogger: true,
    disableListenLog: true,
    routerConfig: exactRoutes
  }).pipe(
    Layer.provide([
      Layer.succeed(RequestBytes, ByteSize.bytes(bounds.bodyBytes)),
      Layer.succeed(FailureStatus, options.failureStatus ?? "http"),
      Layer.succeed(FrameAncestors, options.frameAncestors ?? "'self'"),
      Layer.succeed(ReadsToken, options.readsToken ?? null),
      Layer.succeed(Serves, options.serves ?? "everything"),
      layerWaitingAnswers(makeWaitingAnswers(bounds.answerBytes)),
      layerBodyRoom(makeBodyRoom(bounds.bodiesBytes))
    ]),
    Layer.provideMerge(
      NodeHttpServer.layer(nodeServer(bounds), {
        host: options.host,
        port: options.port,
        reusePort: options.reusePort ?? false,
        gracefulShutdownTimeout: "5 seconds"
      })
    )
  )
}
