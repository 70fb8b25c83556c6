import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { basename, join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { isDeepStrictEqual } from "node:util"
import { type Dataset, seed } from "@alga-psa/ext-adapters-memory"
import { defaultLimits, lower } from "@alga-psa/ext-adapters-wit"
import { layerEmbeddedRunner } from "@alga-psa/ext-development-host/EmbeddedRunner"
import { newSession, serveHostPages } from "@alga-psa/ext-development-host/HostPageServer"
import { requirePort } from "@alga-psa/ext-development-host/PortUnusable"
import { buildPage } from "@alga-psa/ext-extension-sdk/BuildPage"
import { Execution } from "@alga-psa/ext-runner/Execution"
import { Context, Effect, Layer, Logger, type SubscriptionRef } from "effect"
import { makeAsk, partsOf } from "./Ask.ts"
import type { Bench } from "./Bench.ts"
import { makeBuilder } from "./Builder.ts"
import { noBundle, prepare } from "./DevDatabase.ts"
import { type BenchChange, devRoutes } from "./DevRoutes.ts"
import { makeDevRows } from "./DevRows.ts"
import { makeDevWorld } from "./DevWorld.ts"
import type { ExecutionRecord } from "./ExecutionRecord.ts"
import { withoutSecrets } from "./internal/hidden.ts"
import { hostName } from "./internal/hostNames.ts"
import { outcomeOf } from "./internal/outcomes.ts"
import { panelOf } from "./internal/panel.ts"
import { keepTest } from "./KeepTest.ts"
import { nodeExecutor, RunIn } from "./node/NodeExecutor.ts"
import { makeNodeProcess, type NodeProcessOptions } from "./node/NodeProcess.ts"
import { plainUrlRoutes } from "./PlainUrl.ts"
import { makeRecorder } from "./Recorder.ts"
import { makeRunNow } from "./RunNow.ts"
import type { ViewerName } from "./ViewerName.ts"
import { afterChanges, changes } from "./Watch.ts"
import { makeBenchState, makeWorkbench } from "./Workbench.ts"

/** What to develop, and where to show it. */
export interface DevOptions {
  readonly folder: string
  /** Default: `src/component.ts`. */
  readonly entry?: string | undefined
  /** Whether type errors are looked for. Default: true. */
  readonly types?: boolean | undefined
  /** The port of the host page on the loopback address; the extension's page takes the next one. 0 takes any free ones. */
  readonly port: number
  /** Who looks at first. Default: `admin`. */
  readonly viewer?: ViewerName | undefined
  /** What is in the database. Default: the seed. */
  readonly rows?: Dataset | undefined
  /** How long a request may take, in milliseconds. Default: the sandbox's own limit. */
  readonly timeoutMs?: number | undefined
  /** Runs the handler in Node, for a debugger where there is a port for one; 0 takes any free one. Default: in the sandbox. */
  readonly node?: NodeProcessOptions | null
  /** Hears of every execution that has ended. Default: nobody. */
  readonly ended?: (record: ExecutionRecord) => void
}

/** A development server. It stops with its scope. */
export interface DevServer {
  /** Where to open the host page. */
  readonly url: string
  readonly bench: SubscriptionRef.SubscriptionRef<Bench>
}

/** How long a person may look around in a request that runs in Node. */
const longestLookMs = 3_600_000

const nodeProcess = (options: NodeProcessOptions) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const node = makeNodeProcess(options)
      node.start()
      return node
    }),
    ({ close }) => Effect.sync(close)
  )

const scratchFolder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "alga-ext-dev-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
)

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const headersOf = (body: string | null): Readonly<Record<string, string>> =>
  body === null ? {} : { "content-type": isJson(body) ? "application/json" : "text/plain; charset=utf-8" }

const pageFolder = fileURLToPath(new URL("page", import.meta.url))

/**
 * Serves an extension while it is written: on an embedded database with the seed, in the sandbox that production has,
 * with a host page around its page. Every change to its files builds it again and reloads the page.
 *
 * It listens on the loopback address alone, and answers neither another host name nor another site. Its log is silent: the
 * panel shows what happens, arguments and stacks among it, which production never shows.
 */
export const serveDev = Effect.fnUntraced(
  function* (options: DevOptions) {
    const folder = resolve(options.folder)
    yield* requirePort("127.0.0.1", options.port)
    if (options.port !== 0) yield* requirePort("127.0.0.1", options.port + 1, 1)
    const scratch = yield* scratchFolder
    const bundles = join(scratch, "bundles")
    const rows = options.rows ?? seed({ contentHash: noBundle })
    const inSandbox = lower(defaultLimits, { timeoutMs: options.timeoutMs })
    const node = options.node ? yield* nodeProcess(options.node) : null
    const limits = node === null ? inSandbox : { ...inSandbox, timeoutMs: longestLookMs }
    const world = yield* makeDevWorld(folder, rows)
    const records = makeDevRows(world.store)
    const state = yield* makeBenchState(basename(folder), records.now, options.viewer ?? "admin", node !== null)
    const hide = (text: string) => withoutSecrets(text, world.files().secrets)
    const recorder = makeRecorder({
      limits,
      explain: (text) => state.current?.explain(text) ?? text,
      hide,
      nameOf: (call) => hostName(call, state.current?.written ?? new Map()),
      outcomeOf: (call, reply, reason) => outcomeOf(call, reply, reason, state.now().capabilities, world.files()),
      viewerOf: state.viewerOf,
      ended: options.ended ?? (() => {}),
      changed: (executions) => Effect.runFork(state.update(() => ({ executions, world: world.snapshot() })))
    })
    const context = yield* Layer.build(
      layerEmbeddedRunner({
        bundles: { directory: bundles },
        components: join(scratch, "components"),
        ports: world.ports,
        limits,
        aroundImports: recorder.aroundImports,
        ...(node === null
          ? {}
          : { aroundExecutor: nodeExecutor(node, () => state.current?.nodeFile ?? "", inSandbox.timeoutMs) })
      })
    )
    const session = newSession()
    const page = {
      path: "/",
      session,
      title: basename(folder),
      who: "alga-ext dev, for this computer alone",
      framed: Effect.sync(() => state.current?.hasPage ?? false),
      viewer: Effect.sync(state.viewer)
    }
    return yield* Effect.gen(function* () {
      yield* prepare(rows)
      const builder = makeBuilder({
        folder,
        entry: options.entry,
        scratch,
        types: options.types,
        forNode: node !== null
      })
      const { change, rebuild } = yield* makeWorkbench(state, builder, bundles, world)
      const execution = recorder.aroundExecution(Context.get(context, Execution))
      const showWorld = state.update(() => ({ world: world.snapshot() }))
      const ask = makeAsk(execution, () => state.viewer(), hide)
      const bodyOf = (text: string | null) => (text === null ? {} : { body_b64: new TextEncoder().encode(text) })
      const runNow = makeRunNow(execution, world, () => state.viewer("nobody"))
      const { addressOf } = yield* serveHostPages({
        pages: [page],
        files: yield* Effect.promise(() => buildPage(pageFolder)),
        aside: Effect.sync(() => panelOf(state.now().revision)),
        port: options.port,
        framePort: options.port === 0 ? 0 : options.port + 1,
        more: (own) =>
          Layer.merge(
            plainUrlRoutes({ execution, viewer: state.viewer })(own),
            devRoutes({
              session,
              bench: state.bench,
              change: (wanted: BenchChange) => Effect.provideContext(change(wanted), context),
              store: ({ key, namespace, text }) => Effect.andThen(world.edit(namespace, key, text), showWorld),
              rows: ({ kind, page: at, search }) => Effect.sync(() => records.list(kind, search, at)),
              row: ({ fields, id, kind }) => Effect.provideContext(records.save(kind, id, fields), context),
              reset: Effect.provideContext(records.reset, context),
              run: (schedule) => Effect.andThen(runNow(schedule), showWorld),
              send: ({ body, method, target }) =>
                ask({ method, ...partsOf(target), headers: headersOf(body), ...bodyOf(body) }),
              resend: (id) => {
                const http = recorder.requestOf(id)
                return http === null ? Effect.succeed(null) : ask(http)
              },
              keep: (id) => {
                const recording = recorder.recordingOf(id)
                if (recording === null) return Effect.succeed(null)
                return typeof recording === "string"
                  ? Effect.succeed({ file: null, error: recording })
                  : Effect.promise(() => keepTest(folder, recording))
              },
              compare: (id) => {
                const http = recorder.requestOf(id)
                if (http === null || node === null) return Effect.succeed(null)
                const asked = (where: "node" | "sandbox") => Effect.provideService(ask(http), RunIn, where)
                return Effect.map(Effect.all({ node: asked("node"), sandbox: asked("sandbox") }), (both) => ({
                  ...both,
                  same: both.node.error === null && isDeepStrictEqual(both.node.answer, both.sandbox.answer)
                }))
              },
              clear: Effect.sync(recorder.clear)
            })(own)
          )
      }).pipe(Effect.provideService(Execution, execution))
      yield* Effect.forkScoped(afterChanges(changes(folder), rebuild))
      return { url: addressOf(page), bench: state.bench } satisfies DevServer
    }).pipe(Effect.provideContext(context))
  },
  Effect.provide(Logger.layer([]))
)
