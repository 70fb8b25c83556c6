import { TenantId } from "@alga-psa/ext-domain"
import { Console, Effect, Layer, Option, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import * as ClusterDatabase from "../cluster/ClusterDatabase.ts"
import { triggerOptionsOf } from "../cluster/ClusterSettings.ts"
import * as TriggerStore from "../cluster/TriggerStore.ts"
import { loadSettings, SettingsInvalid } from "../SettingsSource.ts"
import { json } from "./dbAdmin.ts"
import { print } from "./dbOutput.ts"
import { settingsFile } from "./settingsFile.ts"

const database = (file: Option.Option<string>) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const { DATABASE_CLUSTER_URL: url } = yield* loadSettings(file)
      if (url === undefined) return yield* new SettingsInvalid({ problems: ["DATABASE_CLUSTER_URL is not set"] })
      return TriggerStore.layer.pipe(Layer.provide(ClusterDatabase.layer(url)))
    })
  )

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
  Effect.gen(function* () {
    const store = yield* TriggerStore.TriggerStore
    const rows = yield* store.list(flags.state, Option.getOrNull(flags.tenant), flags.most)
    yield* print(
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
  }).pipe(Effect.provide(database(flags.settingsFile)))
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
    const settings = yield* loadSettings(flags.settingsFile)
    const store = yield* TriggerStore.TriggerStore
    const begun = yield* store.replay(Option.getOrNull(flags.id), triggerOptionsOf(settings).expiry)
    if (begun === 0) return yield* new NothingToReplay()
    yield* Console.log(`${begun} begun anew`)
  }).pipe(Effect.provide(database(flags.settingsFile)))
).pipe(Command.withDescription("Begin dead triggers anew, with all their attempts"))

/** `triggers`: what schedules and webhooks left to be done, for an operator. */
export const triggers = Command.make("triggers").pipe(
  Command.withDescription("Look at the triggers that a cluster keeps, and begin dead ones anew"),
  Command.withSubcommands([list, replay])
)
