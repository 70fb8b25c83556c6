import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { basename, dirname, join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { ids } from "@alga-psa/ext-adapters-memory"
import * as Postgres from "@alga-psa/ext-adapters-pg"
import { layerEmbedded } from "@alga-psa/ext-adapters-pg/PgEmbedded"
import { defaultLimits } from "@alga-psa/ext-adapters-wit"
import { alwaysGranted, parseCapabilities } from "@alga-psa/ext-domain"
import { buildPage } from "@alga-psa/ext-extension-sdk/BuildPage"
import { bundlePath } from "@alga-psa/ext-runner/BundleStore"
import { Components } from "@alga-psa/ext-runner/Components"
import * as DatabaseCheck from "@alga-psa/ext-runner/DatabaseCheck"
import { Execution } from "@alga-psa/ext-runner/Execution"
import { newSession, serveHostPages } from "@alga-psa/ext-runner/hostpage/HostPageServer"
import { layerRunner } from "@alga-psa/ext-runner/Runner"
import { Context, Effect, Layer, Logger, Stream, SubscriptionRef } from "effect"
import type { Bench, ViewerName } from "./Bench.ts"
import { type DevBuild, makeBuilder } from "./Builder.ts"
import { grant, noBundle, place, prepare, release } from "./DevDatabase.ts"
import { type BenchChange, devRoutes } from "./DevRoutes.ts"
import { panel } from "./internal/panel.ts"
import { makeRecorder } from "./Recorder.ts"
import { changes } from "./Watch.ts"

/** What to develop, and where to show it. */
export interface DevOptions {
  readonly folder: string
  /** Default: `src/component.ts`. */
  readonly entry?: string | undefined
  /** The port of the host page on the loopback address; the extension's page takes the next one. 0 takes any free ones. */
  readonly port: number
}

/** A development server. It stops with its scope. */
export interface DevServer {
  /** Where to open the host page. */
  readonly url: string
  readonly bench: SubscriptionRef.SubscriptionRef<Bench>
}

const users = {
  admin: ids.users.admin,
  "without-permission": ids.users.withoutPermission,
  portal: ids.users.portal,
  nobody: null
} as const satisfies Record<ViewerName, unknown>

const viewers: Bench["viewers"] = [
  { name: "admin", label: "Ada Moreau, administrator" },
  { name: "without-permission", label: "Wen Li, staff without the permission" },
  { name: "portal", label: "Petra Lindqvist, portal user" },
  { name: "nobody", label: "Nobody: a schedule" }
]

const scratchFolder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "alga-ext-dev-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
)

const pageFolder = fileURLToPath(new URL("page", import.meta.url))

const granted = (bench: Bench) => bench.capabilities.filter((one) => one.granted).map(({ name }) => name)

/** The declared capabilities that can be granted. A new one is; what was switched off stays off. */
const capabilitiesOf = (declared: ReadonlyArray<string>, before: Bench): Bench["capabilities"] =>
  [...parseCapabilities(declared)]
    .filter((name) => !alwaysGranted.has(name))
    .map((name) => ({ name, granted: before.capabilities.find((one) => one.name === name)?.granted ?? true }))

/**
 * Serves an extension while it is written: on an embedded database with the seed, in the sandbox that production has, with
 * a host page around its page. Every change to its files builds it again and loads the page anew.
 *
 * It listens on the loopback address alone, and answers neither another host name nor another site. Its log is silent: the
 * panel shows what happens, arguments and stacks among it, which production never shows.
 */
export const serveDev = Effect.fnUntraced(
  function* (options: DevOptions) {
    const folder = resolve(options.folder)
    const scratch = yield* scratchFolder
    const bench = yield* SubscriptionRef.make<Bench>({
      name: basename(folder),
      viewer: "admin",
      viewers,
      capabilities: [],
      build: { status: "building" },
      revision: 0,
      executions: []
    })
    const now = () => SubscriptionRef.getUnsafe(bench)
    const update = (change: (before: Bench) => Partial<Bench>) =>
      SubscriptionRef.update(bench, (before) => ({ ...before, ...change(before) }))
    let current: DevBuild | null = null

    const recorder = makeRecorder({
      limits: defaultLimits,
      explain: (text) => current?.explain(text) ?? text,
      viewer: () => viewers.find(({ name }) => name === now().viewer)?.label ?? "",
      changed: (executions) => Effect.runFork(update(() => ({ executions })))
    })
    const context = yield* Layer.build(services(scratch, recorder.aroundImports))
    yield* Effect.provideContext(prepare, context)

    const build = makeBuilder({ folder, entry: options.entry, scratch }).build
    const rebuild = Effect.gen(function* () {
      const started = performance.now()
      yield* update(() => ({ build: { status: "building" } }))
      const built = yield* build
      const { contentHash: hash, manifest } = built
      yield* Effect.promise(async () => {
        const file = join(scratch, "bundles", bundlePath({ ...place, hash }))
        await mkdir(dirname(file), { recursive: true })
        await writeFile(file, built.archive)
      })
      const capabilities = capabilitiesOf(manifest.capabilities, now())
      yield* release(hash, manifest.capabilities)
      yield* grant(granted({ ...now(), capabilities }))
      yield* (yield* Components).get({ ...place, hash })
      current = built
      const milliseconds = Math.round(performance.now() - started)
      yield* update(({ revision }) => ({
        name: manifest.name,
        capabilities,
        revision: revision + 1,
        build: { status: "ready", milliseconds, notes: [] }
      }))
      const notes = yield* built.notes
      yield* update((before) => (before.build.status === "ready" ? { build: { ...before.build, notes } } : {}))
    }).pipe(
      Effect.catchTags({
        ExtensionInvalid: ({ problems }) => update(() => ({ build: { status: "failed", problems } })),
        RunnerError: ({ message }) =>
          update(() => ({ build: { status: "failed", problems: [{ where: "the host", message }] } }))
      }),
      Effect.orDie,
      Effect.provideContext(context)
    )

    const change = ({ granted: wanted, viewer }: BenchChange) =>
      Effect.gen(function* () {
        yield* update((before) => ({
          viewer: viewer ?? before.viewer,
          capabilities: before.capabilities.map(({ granted: was, name }) => ({
            name,
            granted: wanted === undefined ? was : wanted.some((one) => one === name)
          })),
          revision: before.revision + 1
        }))
        yield* grant(granted(now()))
      }).pipe(Effect.orDie, Effect.provideContext(context))

    const session = newSession()
    const page = {
      path: "/",
      session,
      title: basename(folder),
      who: "alga-ext dev, for this computer alone",
      framed: Effect.sync(() => current?.hasPage ?? false),
      viewer: Effect.sync(() => ({
        ...place,
        contentHash: current?.contentHash ?? noBundle,
        user: users[now().viewer]
      }))
    }
    const { addressOf } = yield* serveHostPages({
      pages: [page],
      files: yield* Effect.promise(() => buildPage(pageFolder)),
      aside: panel,
      port: options.port,
      framePort: options.port === 0 ? 0 : options.port + 1,
      more: devRoutes({ session, bench, change })
    }).pipe(
      Effect.provideService(Execution, recorder.aroundExecution(Context.get(context, Execution))),
      Effect.provideContext(context)
    )
    yield* Stream.concat(Stream.succeed(undefined), changes(folder)).pipe(
      Stream.runForEach(() => rebuild),
      Effect.forkScoped
    )
    return { url: addressOf(page), bench } satisfies DevServer
  },
  Effect.provide(Logger.layer([]))
)

/** The runner over an embedded database. */
const services = (scratch: string, aroundImports: ReturnType<typeof makeRecorder>["aroundImports"]) =>
  layerRunner({
    bundles: { directory: join(scratch, "bundles") },
    components: join(scratch, "components"),
    aroundImports
  }).pipe(
    Layer.provideMerge(DatabaseCheck.layer),
    Layer.provideMerge(Postgres.layer),
    Layer.provideMerge(layerEmbedded())
  )
