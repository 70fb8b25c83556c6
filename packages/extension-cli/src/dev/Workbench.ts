import { mkdir, rm, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { type Dataset, ids } from "@alga-psa/ext-adapters-memory"
import { personOf } from "@alga-psa/ext-development-host/Person"
import { alwaysGranted, parseCapabilities } from "@alga-psa/ext-domain"
import { bundlePath } from "@alga-psa/ext-runner/BundleStore"
import { Components } from "@alga-psa/ext-runner/Components"
import { Cause, Effect, Semaphore, SubscriptionRef } from "effect"
import type { Bench, BuildProblem } from "./Bench.ts"
import type { Builder, DevBuild } from "./Builder.ts"
import { grant, noBundle, place, release } from "./DevDatabase.ts"
import type { BenchChange } from "./DevRoutes.ts"
import type { DevWorld } from "./DevWorld.ts"
import { noteOf } from "./internal/outcomes.ts"
import type { ViewerName } from "./ViewerName.ts"

const users = {
  admin: ids.users.admin,
  "without-permission": ids.users.withoutPermission,
  portal: ids.users.portal,
  nobody: null
} as const satisfies Record<ViewerName, unknown>

const nobody: Bench["viewers"][number] = { name: "nobody", label: "Nobody: a schedule" }

const viewers: Bench["viewers"] = [
  { name: "admin", label: "Ada Moreau, administrator" },
  { name: "without-permission", label: "Wen Li, staff without the permission" },
  { name: "portal", label: "Petra Lindqvist, portal user" },
  nobody
]

/** What the panel shows of what is wrong, in problems and in letters of each. */
const shown = { problems: 50, letters: 1_000, endpoints: 200 } as const

const shortened = ({ message, where }: BuildProblem): BuildProblem => ({
  where: where.slice(0, shown.letters),
  message: message.slice(0, shown.letters)
})

const nothing: Bench["world"] = { stored: [], storedMore: 0, schedules: [], drafts: [] }

const shortNotes = (notes: ReadonlyArray<string>): ReadonlyArray<string> =>
  notes.slice(0, shown.problems).map((text) => text.slice(0, shown.letters))

/** The bench, and the build behind it. */
export const makeBenchState = Effect.fnUntraced(function* (
  name: string,
  rows: () => Dataset,
  viewer: ViewerName,
  inNode: boolean
) {
  const bench = yield* SubscriptionRef.make<Bench>({
    name,
    viewer,
    viewers,
    capabilities: [],
    endpoints: [],
    world: nothing,
    build: { status: "building" },
    inNode,
    revision: 0,
    executions: []
  })
  const state = {
    bench,
    /** The last good build. */
    current: null as DevBuild | null,
    now: () => SubscriptionRef.getUnsafe(bench),
    update: (change: (before: Bench) => Partial<Bench>) =>
      SubscriptionRef.update(bench, (before) => ({ ...before, ...change(before) })),
    /** For whom a request runs. */
    viewerOf: (user: string | undefined) =>
      viewers.find(({ name: one }) => (users[one] ?? undefined) === user) ?? nobody,
    viewer: (name: ViewerName = state.now().viewer) => {
      const user = users[name]
      return {
        ...place,
        contentHash: state.current?.contentHash ?? noBundle,
        user,
        ...(user === null ? {} : { person: personOf(rows(), user) })
      }
    }
  }
  return state
})

/** What {@link makeBenchState} makes. */
export type BenchState = Effect.Success<ReturnType<typeof makeBenchState>>

const granted = (capabilities: Bench["capabilities"]) =>
  capabilities.filter((one) => one.granted).map(({ name }) => name)

/** The declared capabilities that can be granted. A new one is; what was switched off stays off. */
const capabilitiesOf = (
  declared: ReadonlyArray<string>,
  before: Bench,
  files: ReturnType<DevWorld["files"]>
): Bench["capabilities"] =>
  [...parseCapabilities(declared)]
    .filter((name) => !alwaysGranted.has(name))
    .map((name) => ({
      name,
      granted: before.capabilities.find((one) => one.name === name)?.granted ?? true,
      note: noteOf(name, files)
    }))

/** What works on the bench: builds, and the changes that the panel asks for. */
export const makeWorkbench = Effect.fnUntraced(function* (
  state: BenchState,
  { build }: Builder,
  /** The directory of a bundle store. */
  bundles: string,
  world: DevWorld
) {
  const { now, update } = state
  /** What is granted rests on what was granted before: one change at a time. */
  const alone = Semaphore.makeUnsafe(1)
  const fileOf = ({ contentHash: hash }: DevBuild) => join(bundles, bundlePath({ ...place, hash }))

  const store = async (built: DevBuild) => {
    const file = fileOf(built)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, built.archive)
  }

  const ofFiles = () => world.files().problems.map(({ message, where }) => `${where}: ${message}`)

  const failed = (problems: ReadonlyArray<BuildProblem>) =>
    update(() => ({ build: { status: "failed", problems: problems.slice(0, shown.problems).map(shortened) } }))

  /** Builds the extension and releases it; the last good build stays where that fails. Never fails. */
  const rebuild = Effect.gen(function* () {
    const started = performance.now()
    yield* update(() => ({ build: { status: "building" } }))
    const built = yield* build
    const { contentHash: hash, manifest } = built
    // What is there already may be read at this moment.
    if (state.current?.contentHash !== hash) yield* Effect.promise(() => store(built))
    // The last good build answers until this one can.
    yield* (yield* Components).get({ ...place, hash })
    const before = state.current
    yield* Effect.gen(function* () {
      yield* world.load(manifest)
      const capabilities = capabilitiesOf(manifest.capabilities, now(), world.files())
      yield* release(hash, manifest.capabilities)
      yield* grant(granted(capabilities))
      state.current = built
      const milliseconds = Math.round(performance.now() - started)
      yield* update(({ revision }) => ({
        name: manifest.name,
        capabilities,
        endpoints: (manifest.api?.endpoints ?? [])
          .slice(0, shown.endpoints)
          .map(({ method, path }) => ({ method, path })),
        revision: revision + 1,
        world: world.snapshot(),
        build: { status: "ready", milliseconds, notes: shortNotes([...ofFiles(), ...built.notes]) }
      }))
    }).pipe(alone.withPermit)
    if (before !== null && before.contentHash !== hash) yield* Effect.promise(() => rm(fileOf(before), { force: true }))
  }).pipe(
    Effect.catchTag("ExtensionInvalid", ({ notes, problems }) => failed([...problems, ...notes])),
    Effect.catch((error) => failed([{ where: "the host", message: error.message }])),
    Effect.catchDefect((defect) => failed([{ where: "alga-ext dev", message: Cause.pretty(Cause.die(defect)) }]))
  )

  /** Changes who looks and what is granted, and has the page loaded again. */
  const change = Effect.fnUntraced(
    function* ({ granted: wanted, viewer }: BenchChange) {
      const capabilities = now().capabilities.map((one) =>
        wanted === undefined ? one : { ...one, granted: wanted.some((name) => name === one.name) }
      )
      yield* grant(granted(capabilities))
      yield* update((before) => ({
        viewer: viewer ?? before.viewer,
        capabilities,
        revision: before.revision + 1
      }))
    },
    (changing) => alone.withPermit(changing),
    Effect.orDie
  )

  return { rebuild, change }
})
