import { mkdtemp, realpath, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { Context, Effect, Layer } from "effect"
import type { Component } from "./Component.ts"
import { ComponentRefused } from "./ComponentRefused.ts"
import { ComponentStoreError } from "./ComponentStoreError.ts"
import { makeIntake } from "./Intake.ts"
import type { IntakeBusy } from "./IntakeBusy.ts"
import { makeComponentCache } from "./internal/host/ComponentCache.ts"
import { findConfinement } from "./internal/host/Confinement.ts"
import { checkNode } from "./internal/host/NodeVersion.ts"
import { checkBytes, checkGlue, checkMemories, checkWorld } from "./internal/host/rules.ts"
import { makeTranspilers } from "./internal/host/Transpilers.ts"
import { transpile } from "./internal/host/transpile.ts"
import { defaultLimits } from "./Limits.ts"
import type { NodeUnsuitable } from "./NodeUnsuitable.ts"
import { ownDirectory } from "./OwnDirectory.ts"
import { sha256 } from "./Sha256.ts"

/**
 * Takes components in and keeps them ready to run.
 *
 * Guarantees:
 * - A component is checked and transpiled once per content, even when many ask at the same time, and across restarts.
 *   At most two are checked at a time, at most one of them for one tenant.
 * - Nothing of a component is run to check it; a process that can read the transpiler and nothing else transpiles it.
 * - What is refused leaves nothing behind. What is kept is whole: files that were cut off or changed are made again.
 * - What is kept has a bound; the least recently used makes room, also where another process needs it. Running such a
 *   component fails with `component-gone`: {@link ComponentStoreService.forget} it and have it accepted again.
 */
export interface ComponentStoreService {
  /** The directory that sandbox processes read components from; absolute, without links. */
  readonly directory: string
  /**
   * The component of these bytes, ready to run. Turns are shared fairly between tenants; those who name none share one
   * part. A refusal is remembered for five minutes, where it is lasting.
   */
  readonly accept: (
    bytes: Uint8Array,
    tenantId?: string
  ) => Effect.Effect<Component, ComponentRefused | ComponentStoreError | IntakeBusy>
  /** A component that was accepted before, by the SHA-256 of its bytes; null where there is none. */
  readonly find: (hash: string) => Effect.Effect<Component | null>
  /** Notes that the component is used, so that others make room first. */
  readonly use: (component: Component) => Effect.Effect<void>
  /** At the next request the component is looked for on the disk again, or made again. */
  readonly forget: (component: Component) => Effect.Effect<void>
}

/** Component intake. */
export class ComponentStore extends Context.Service<ComponentStore, ComponentStoreService>()(
  "@alga-psa/ext-adapters-wit/ComponentStore"
) {}

/** How long transpiling one component may take, and how much processor time, where nothing else is said. */
export const transpileTimes = { timeoutMs: 60_000, processorMs: 30_000 } as const

/** Where components are kept and what bounds their intake. */
export interface ComponentStoreOptions {
  /** Made where it does not exist. Refused where it is a link, another user's, or open to other users. */
  readonly directory: string
  /** What is kept there, all components together, in bytes. Default: 1 GiB. */
  readonly cacheBytes?: number
  /** Largest component, in bytes. Default: that of {@link defaultLimits}. */
  readonly componentBytes?: number
  /** Largest JavaScript that may be generated for a component, in bytes. Default: that of {@link defaultLimits}. */
  readonly glueBytes?: number
  /** How many components are transpiled at the same time, of which one tenant has half. Default: 2. */
  readonly concurrency?: number
  /** Longest time to transpile one component, in milliseconds. Default: that of {@link transpileTimes}. */
  readonly intakeTimeoutMs?: number
  /** Most processor time to transpile one component, in milliseconds. Default: that of {@link transpileTimes}. */
  readonly intakeProcessorMs?: number
  /** Whether a process of 100 MB waits to transpile the next component, which is ready sooner by that. Default: true. */
  readonly spare?: boolean
  /** The Node that transpiles. Default: the one that runs this program. */
  readonly execPath?: string
}

const defaultConcurrency = 2
const queueLength = 16
const rememberedComponents = 1_000
const defaultCacheBytes = 1_073_741_824

const unusable = (message: string, cause: unknown) => new ComponentStoreError({ message, cause })

const make = Effect.fnUntraced(function* (options: ComponentStoreOptions) {
  const execPath = options.execPath ?? process.execPath
  const componentBytes = options.componentBytes ?? defaultLimits.componentBytes
  const glueBytes = options.glueBytes ?? defaultLimits.glueBytes
  const processorMs = options.intakeProcessorMs ?? transpileTimes.processorMs
  const concurrency = options.concurrency ?? defaultConcurrency
  const intakeTimeoutMs = options.intakeTimeoutMs ?? transpileTimes.timeoutMs
  yield* checkNode(execPath)
  const confinement = yield* findConfinement(execPath, null)
  yield* Effect.mapError(ownDirectory(options.directory), (cause) => unusable(cause.message, cause))
  const directory = yield* Effect.tryPromise({
    try: () => realpath(resolve(options.directory)),
    catch: (cause) => unusable(`the cache folder ${options.directory} cannot be used`, cause)
  })
  const transpilers = yield* makeTranspilers(
    { execPath, confinement, componentBytes, glueBytes },
    options.spare ?? true
  )
  const cache = makeComponentCache({ directory, bytes: options.cacheBytes ?? defaultCacheBytes })
  const intake = yield* makeIntake<Component, ComponentRefused | ComponentStoreError>({
    concurrency,
    concurrencyPerTenant: Math.ceil(concurrency / 2),
    queueLength,
    kept: { entries: rememberedComponents },
    isRefusal: (error) => error._tag === "ComponentRefused" && error.isLasting
  })

  const find = Effect.fnUntraced(function* (hash: string) {
    if (!/^[0-9a-f]{64}$/.test(hash)) return null
    const known = intake.peek(hash)
    if (known !== undefined) return known
    const component = yield* cache.read(hash)
    if (component !== null) intake.keep(hash, component)
    return component
  })

  const takeIn = Effect.fnUntraced(function* (hash: string, bytes: Uint8Array) {
    const known = yield* find(hash)
    if (known !== null) return known
    const transpiled = yield* transpilers
      .use((node) => transpile(node, bytes, { processorMs, glueBytes }))
      .pipe(
        Effect.timeoutOrElse({
          duration: intakeTimeoutMs,
          orElse: () => Effect.fail(new ComponentRefused({ reason: "too-slow", message: "took too long to transpile" }))
        })
      )
    yield* checkGlue(transpiled, glueBytes)
    yield* checkWorld(transpiled)
    return yield* cache.write(hash, transpiled, yield* checkMemories(transpiled))
  })

  const accept = Effect.fn("ComponentStore.accept")(function* (bytes: Uint8Array, tenantId = "") {
    yield* checkBytes(bytes, componentBytes)
    const hash = yield* Effect.promise(() => sha256(bytes))
    return yield* intake.get({ tenantId, name: hash, hash }, takeIn(hash, bytes))
  })

  return ComponentStore.of({
    directory,
    accept,
    find,
    use: ({ hash }) => cache.touch(hash),
    forget: ({ hash }) => Effect.sync(() => intake.forget(hash))
  })
})

/** A store on disk. Fails where the directory cannot be used or the Node that transpiles is not suitable. */
export const layerComponentStore = (
  options: ComponentStoreOptions
): Layer.Layer<ComponentStore, ComponentStoreError | NodeUnsuitable> => Layer.effect(ComponentStore, make(options))

const temporaryDirectory = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "alga-intake-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
)

/** A store in a directory of its own, which is gone when the store is. */
export const layerTemporaryComponentStore = (
  options: Omit<ComponentStoreOptions, "directory"> = {}
): Layer.Layer<ComponentStore, ComponentStoreError | NodeUnsuitable> =>
  Layer.unwrap(Effect.map(temporaryDirectory, (directory) => layerComponentStore({ ...options, directory })))
