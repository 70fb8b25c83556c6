import { TenantId } from "@alga-psa/ext-domain"
import { Console, type Context, type Duration, Effect, Layer, Option, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import { databaseIn } from "../DatabaseSettings.ts"
import { fromCluster } from "../internal/clusterPackage.ts"
import { loadSettings, SettingsInvalid } from "../SettingsSource.ts"
import { json } from "./dbAdmin.ts"
import { print } from "./dbOutput.ts"
import { settingsFile } from "./settingsFile.ts"

const triggerStore = fromCluster(() => import("@alga-psa/ext-runner-cluster/TriggerStore"))
type Triggers = Context.Service.Shape<Effect.Success<typeof triggerStore>["TriggerStore"]>

/** Uses the triggers that the cluster of these settings keeps. */
const onTriggers = <A, E, R>(
  file: Option.Option<string>,
  use: (triggers: Triggers, expiry: Duration.Duration) => Effect.Effect<A, E, R>
) =>
  Effect.gen(function* () {
    const settings = yield* loadSettings(file)
    const { ALGA_EXTENSION_RUNNER_TRIGGER_EXPIRY: expiry } = settings
    const database = databaseIn(settings, "DATABASE_CLUSTER")
    if (database === null) return yield* new SettingsInvalid({ problems: ["DATABASE_CLUSTER_URL is not set"] })
    const ClusterDatabase = yield* fromCluster(() => import("@alga-psa/ext-runner-cluster/ClusterDatabase"))
    const { layer, TriggerStore } = yield* triggerStore
    return yield* Effect.flatMap(TriggerStore, (triggers) => use(triggers, expiry)).pipe(
      Effect.provide(Layer.provide(layer, ClusterDatabase.layer(database)))
    )
  })

const state = Flag.Literals("state", ["waiting", "running", "done", "dead", "expired"]).pipe(
  Flag.withDefault("dead" as const),
  Flag.withDescription("Which triggers; default dead")
)

const tenant = Flag.String("tenant").pipe(
  Flag.withSchema(TenantId),
  Flag.optional,
  Flag.withDescription("Of this tenant alone")
)

const most = Flag.Int("most").pipe(
  Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 10_000 }))),
  Flag.withDefault(100),
  Flag.withDescription("How many at most, newest first; default 100")
)

const list = Command.make("list", { state, tenant, most, settingsFile, json }, (flags) =>
  onTriggers(flags.settingsFile, (triggers) =>
    Effect.flatMap(triggers.list(flags.state, Option.getOrNull(flags.tenant), flags.most), (rows) =>
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
).pipe(Command.withDescription("Show kept triggers, and why those that are dead or wait failed last"))

const id = Flag.String("id").pipe(
  Flag.withSchema(Schema.String.check(Schema.isUUID())),
  Flag.optional,
  Flag.withDescription("The dead trigger to begin anew")
)

const all = Flag.Boolean("all").pipe(Flag.withDefault(false), Flag.withDescription("Begin every dead trigger anew"))

/** Nothing was begun anew. */
export class NothingToReplay extends Schema.TaggedError<NothingToReplay>()("NothingToReplay", {}) {
  override get message(): string {
    return "no dead trigger was found: see triggers list; say --id ID or --all"
  }
}

const replay = Command.make("replay", { id, all, settingsFile }, (flags) =>
  Effect.gen(function* () {
    if (Option.isNone(flags.id) && !flags.all) return yield* new NothingToReplay()
    const begun = yield* onTriggers(flags.settingsFile, (triggers, expiry) =>
      triggers.replay(Option.getOrNull(flags.id), expiry)
    )
    if (begun === 0) return yield* new NothingToReplay()
    yield* Console.log(`${begun} begun anew`)
  })
).pipe(Command.withDescription("Begin dead triggers anew, with all their attempts"))

/** `triggers`: what schedules and webhooks left to be done, for an operator. */
export const triggers = Command.make("triggers").pipe(
  Command.withDescription("Look at the triggers that a cluster keeps, and begin dead ones anew"),
  Command.withSubcommands([list, replay])
)
