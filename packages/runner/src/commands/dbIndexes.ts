import * as IndexMigration from "@alga-psa/ext-adapters-pg/IndexMigration"
import { indexPack } from "@alga-psa/ext-adapters-pg/IndexPack"
import { Console, Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { json, NotInPlace, onAdminDatabase } from "./dbAdmin.ts"
import { print, size } from "./dbOutput.ts"

const trigram = Flag.Boolean("trigram").pipe(
  Flag.withDefault(false),
  Flag.withDescription("Include optional indexes, which few installations should have; they need pg_trgm")
)

const chosen = (withTrigram: boolean) => indexPack.filter(({ optIn }) => withTrigram || !optIn)

const inPlace: ReadonlyArray<IndexMigration.IndexState> = ["present", "present-elsewhere"]

const show = (statuses: ReadonlyArray<IndexMigration.IndexStatus>, asJson: boolean) =>
  print(
    statuses.map(({ bytes, definition: { definition, name, serves, table }, servedBy, state }) => {
      return { index: name, table, state, servedBy, bytes, serves, definition }
    }),
    {
      index: ({ index }) => index,
      state: ({ index, servedBy, state }) => (servedBy === null || servedBy === index ? state : `as ${servedBy}`),
      size: ({ bytes }) => size(bytes),
      for: ({ serves }) => serves
    },
    asJson
  )

const percent = (share: number | null) => (share === null ? "" : `, ${Math.floor(share * 100)} %`)

const tell: IndexMigration.Listener = (step) =>
  Console.error(
    step._tag === "Progress"
      ? `${step.name}: ${Math.round(step.elapsed / 1000)} s, ${step.phase}${percent(step.done)}`
      : `${step.name}: ${step._tag.toLowerCase()}`
  )

const plan = Command.make("plan", { trigram, json }, (flags) =>
  IndexMigration.plan(chosen(flags.trigram)).pipe(
    Effect.flatMap((statuses) => show(statuses, flags.json)),
    onAdminDatabase
  )
).pipe(Command.withDescription("Show each index, its state and its purpose; change nothing"))

const apply = Command.make("apply", { trigram, json }, (flags) =>
  IndexMigration.apply(chosen(flags.trigram), tell).pipe(
    Effect.flatMap((statuses) => show(statuses, flags.json)),
    onAdminDatabase
  )
).pipe(Command.withDescription("Build the missing indexes while the product works; safe to interrupt and to repeat"))

const check = Command.make("check", { trigram, json }, (flags) =>
  Effect.gen(function* () {
    const statuses = yield* IndexMigration.plan(chosen(flags.trigram))
    yield* show(statuses, flags.json)
    const lacking = statuses.filter(({ state }) => !inPlace.includes(state))
    if (lacking.length === 0) return
    const names = lacking.map(({ definition, state }) => `${definition.name} (${state})`).join(", ")
    return yield* new NotInPlace({
      what: `${lacking.length} of ${statuses.length} indexes are not in place: ${names}; run db apply`
    })
  }).pipe(onAdminDatabase)
).pipe(Command.withDescription("Show the same as plan, and fail if an index is missing"))

const drop = Command.make("drop", { json }, (flags) =>
  IndexMigration.dropAll(indexPack, tell).pipe(
    Effect.flatMap((statuses) => show(statuses, flags.json)),
    onAdminDatabase
  )
).pipe(Command.withDescription("Drop the indexes that this command made; every read stays correct, but gets slower"))

/** `db plan`, `apply`, `check` and `drop`: the indexes. */
export const indexCommands = [plan, apply, check, drop] as const
