import { Console, Effect, Option, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import { fromCluster } from "../internal/clusterPackage.ts"
import type { Settings } from "../Settings.ts"
import { SettingsInvalid } from "../SettingsSource.ts"
import { json } from "./dbAdmin.ts"
import { print } from "./dbOutput.ts"
import { settingsFile } from "./settingsFile.ts"
import { filterOf, namedBy, triggerFilter } from "./triggerFilter.ts"
import { usedSettings } from "./usedSettings.ts"

const triggerAdmin = fromCluster(() => import("@alga-psa/ext-runner-cluster/TriggerAdmin"))
type TriggerAdmin = Effect.Success<typeof triggerAdmin>

/** Uses the triggers that the cluster of these settings keeps. */
const onTriggers = <A, E, R>(
  file: Option.Option<string>,
  use: (triggers: TriggerAdmin, expiry: Settings["ALGA_EXTENSION_RUNNER_TRIGGER_EXPIRY"]) => Effect.Effect<A, E, R>
) =>
  Effect.gen(function* () {
    const triggers = yield* triggerAdmin
    const name = "ALGA_EXTENSION_RUNNER_TRIGGER_EXPIRY"
    const { database, values } = yield* usedSettings(file, "DATABASE_CLUSTER", name)
    const expiry = values[name]
    if (expiry === undefined) return yield* new SettingsInvalid({ problems: [`${name} is not set`] })
    const ClusterDatabase = yield* fromCluster(() => import("@alga-psa/ext-runner-cluster/ClusterDatabase"))
    return yield* Effect.provide(use(triggers, expiry), ClusterDatabase.layer(database))
  })

const state = Flag.Literals("state", ["waiting", "running", "done", "dead", "expired"]).pipe(
  Flag.withDefault("dead" as const),
  Flag.withDescription("The state of the triggers. Default: dead")
)

const most = Flag.Int("most").pipe(
  Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 10_000 }))),
  Flag.withDefault(100),
  Flag.withDescription("How many at most, newest first. Default: 100")
)

const list = Command.make("list", { ...triggerFilter, state, most, settingsFile, json }, (flags) =>
  onTriggers(flags.settingsFile, (triggers) =>
    Effect.flatMap(triggers.list(flags.state, filterOf(flags), flags.most), (rows) =>
      print(
        rows.map((row) => ({ ...row })),
        {
          trigger: ({ id }) => id,
          tenant: ({ tenant }) => tenant,
          install: ({ install }) => install,
          attempts: ({ attempts }) => String(attempts),
          accepted: ({ created }) => created,
          because: ({ reason }) => reason
        },
        flags.json
      )
    )
  )
).pipe(Command.withDescription("Show kept triggers, and why the dead and waiting ones failed last"))

/** No trigger is what the flags say. */
export class NoSuchTrigger extends Schema.TaggedError<NoSuchTrigger>()("NoSuchTrigger", { what: Schema.String }) {
  override get message(): string {
    return `no ${this.what} was found: see triggers list`
  }
}

const oneId = Flag.String("id").pipe(
  Flag.withSchema(Schema.String.check(Schema.isUUID())),
  Flag.withDescription("The trigger")
)

const show = Command.make("show", { id: oneId, settingsFile, json }, (flags) =>
  Effect.gen(function* () {
    const found = yield* onTriggers(flags.settingsFile, (triggers) => triggers.show(flags.id))
    if (found === null) return yield* new NoSuchTrigger({ what: "such trigger" })
    if (flags.json) return yield* print([found], {}, true)
    const { tried, ...fields } = found
    const rows = Object.entries(fields).map(([field, value]) => ({ field, value: String(value ?? "-") }))
    yield* print(rows, { field: ({ field }) => field, is: ({ value }) => value }, false)
    yield* print(
      tried.map((attempt) => ({ ...attempt })),
      {
        runner: ({ runner }) => runner,
        started: ({ started }) => started,
        ended: ({ ended }) => ended ?? "-",
        outcome: ({ outcome }) => outcome ?? "-"
      },
      false
    )
  })
).pipe(Command.withDescription("Show one trigger with its attempts, but neither its request nor its answer"))

const all = (description: string) =>
  Flag.Boolean("all").pipe(Flag.withDefault(false), Flag.withDescription(description))

const replay = Command.make(
  "replay",
  { ...triggerFilter, all: all("Every dead trigger, except those that may have written"), settingsFile },
  (flags) =>
    Effect.gen(function* () {
      const filter = yield* namedBy(flags)
      const begun = yield* onTriggers(flags.settingsFile, (triggers, expiry) => triggers.replay(filter, expiry))
      if (begun === 0) return yield* new NoSuchTrigger({ what: "dead trigger that can be replayed" })
      yield* Console.log(`${begun} replayed`)
    })
).pipe(
  Command.withDescription(
    "Replay dead triggers, with all their attempts; those that may have written only by --id or --reason may-have-written"
  )
)

const open = Flag.Literals("state", ["waiting", "running"]).pipe(
  Flag.optional,
  Flag.withDescription("Only waiting triggers, or only running ones")
)

const cancel = Command.make(
  "cancel",
  { ...triggerFilter, state: open, all: all("Every waiting or running trigger"), settingsFile },
  (flags) =>
    Effect.gen(function* () {
      const filter = yield* namedBy({ ...flags, all: flags.all || Option.isSome(flags.state) })
      const ended = yield* onTriggers(flags.settingsFile, (triggers) =>
        triggers.cancel(Option.getOrNull(flags.state), filter)
      )
      if (ended === 0) return yield* new NoSuchTrigger({ what: "trigger that waits or runs" })
      yield* Console.log(`${ended} cancelled`)
    })
).pipe(Command.withDescription("Cancel waiting and running triggers; they are then dead, and can be replayed"))

/** `triggers`: what schedules and webhooks left to be done, for an operator. */
export const triggers = Command.make("triggers").pipe(
  Command.withDescription("Show the triggers that a cluster keeps, cancel them, and replay dead ones"),
  Command.withSubcommands([list, show, replay, cancel])
)
