import { PgClient } from "@effect/sql-pg"
import { Effect, Schema } from "effect"
import type { AdminFailed, AnotherRun } from "./AdminError.ts"
import { adminFailed, exclusively, onSession } from "./internal/adminSession.ts"
import { type IndexStatus, readStatus } from "./internal/indexStatus.ts"
import { type BuildProgress, watchBuild } from "./internal/watchBuild.ts"
import type { IndexDefinition } from "./PgResource.ts"

export type { IndexState, IndexStatus } from "./internal/indexStatus.ts"
export type { BuildProgress } from "./internal/watchBuild.ts"

/** The database lacks what the indexes are made of. The message says what to do. */
export class IndexesImpossible extends Schema.TaggedError<IndexesImpossible>()("IndexesImpossible", {
  /** `trigram`: the extension `pg_trgm` is not installed. `tables`: Alga's tables are not in the schema `public`. */
  lacks: Schema.Literals(["trigram", "tables"]),
  /** The indexes, or the tables. */
  names: Schema.Array(Schema.String)
}) {
  override get message(): string {
    const names = this.names.join(", ")
    return this.lacks === "trigram"
      ? `${names} needs pg_trgm: run CREATE EXTENSION pg_trgm as a superuser, or leave the trigram indexes out`
      : `the schema public has no table ${names}: connect to Alga's database`
  }
}

/** An index is being built by somebody else right now. Wait until it is there, and apply again. */
export class BuiltElsewhere extends Schema.TaggedError<BuiltElsewhere>()("BuiltElsewhere", { name: Schema.String }) {
  override get message(): string {
    return `${this.name} is being built by another session: wait until it is done, and apply again`
  }
}

/** What happens to the indexes, one by one. */
export type IndexStep =
  | { readonly _tag: "Dropping" | "Dropped" | "Building" | "Built"; readonly name: string }
  | ({ readonly _tag: "Progress"; readonly name: string } & BuildProgress)

/** Called for every step, and once a second during a build. */
export type Listener = (step: IndexStep) => Effect.Effect<void>

const silent: Listener = () => Effect.void

/**
 * How each index stands. Changes nothing and takes no lock, so that it can be asked at any time.
 *
 * An index of the same definition under another name counts as present. One that an interrupted build left is
 * `invalid`: it costs every write and serves no read.
 */
export const plan = (
  definitions: ReadonlyArray<IndexDefinition>
): Effect.Effect<ReadonlyArray<IndexStatus>, AdminFailed, PgClient.PgClient> =>
  onSession(readStatus(definitions)).pipe(Effect.mapError(adminFailed("look at the indexes")))

const statuses = (definitions: ReadonlyArray<IndexDefinition>) =>
  Effect.mapError(readStatus(definitions), adminFailed("look at the indexes"))

const drop = (name: string, listener: Listener) =>
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    yield* listener({ _tag: "Dropping", name })
    yield* sql`DROP INDEX CONCURRENTLY IF EXISTS public.${sql(name)}`.unprepared
    yield* listener({ _tag: "Dropped", name })
  }).pipe(Effect.mapError(adminFailed(`drop index ${name}`)))

const build = ({ name, definition }: IndexDefinition, listener: Listener) =>
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    yield* listener({ _tag: "Building", name })
    yield* sql.unsafe(`CREATE INDEX CONCURRENTLY "${name}" ON ${definition}`).unprepared.pipe(
      watchBuild((progress) => listener({ _tag: "Progress", name, ...progress })),
      Effect.tapError(() => Effect.ignore(drop(name, silent)))
    )
    yield* listener({ _tag: "Built", name })
  }).pipe(Effect.catchTag("SqlError", (error) => Effect.fail(adminFailed(`build index ${name}`)(error))))

const impossible = (found: ReadonlyArray<IndexStatus>): IndexesImpossible | null => {
  const withState = (state: IndexStatus["state"]) => found.filter((status) => status.state === state)
  const tables = new Set(withState("no-table").map(({ definition }) => definition.table))
  if (tables.size > 0) return new IndexesImpossible({ lacks: "tables", names: [...tables] })
  const trigram = withState("no-extension").map(({ definition }) => definition.name)
  return trigram.length > 0 ? new IndexesImpossible({ lacks: "trigram", names: trigram }) : null
}

/**
 * Builds the indexes that are missing, concurrently with the product's reads and writes, one at a time and each outside
 * of a transaction. An index that an interrupted build left, or that has our name and another definition, is
 * dropped and built again. Gives how all stand in the end.
 *
 * It may be interrupted and run again: what is built stays, and what was being built is built again. Where a build fails,
 * what it left is dropped. Only one run works on a database: a second one fails, and says who works.
 */
export const apply = (
  definitions: ReadonlyArray<IndexDefinition>,
  listener: Listener = silent
): Effect.Effect<
  ReadonlyArray<IndexStatus>,
  AdminFailed | AnotherRun | IndexesImpossible | BuiltElsewhere,
  PgClient.PgClient
> =>
  exclusively(
    Effect.gen(function* () {
      const before = yield* statuses(definitions)
      const hindrance = impossible(before)
      if (hindrance !== null) return yield* hindrance
      for (const { definition, state } of before) {
        if (state === "building") return yield* new BuiltElsewhere({ name: definition.name })
        if (state === "invalid" || state === "differs") yield* drop(definition.name, listener)
        if (state !== "present" && state !== "present-elsewhere") yield* build(definition, listener)
      }
      return yield* statuses(definitions)
    })
  )

const ours: ReadonlyArray<IndexStatus["state"]> = ["present", "invalid", "differs"]

/**
 * Drops the indexes that have the given names, whatever their state, concurrently with reads and writes. An equal index
 * under another name belongs to somebody else, and stays. Gives how all stand in the end.
 */
export const dropAll = (
  definitions: ReadonlyArray<IndexDefinition>,
  listener: Listener = silent
): Effect.Effect<ReadonlyArray<IndexStatus>, AdminFailed | AnotherRun | BuiltElsewhere, PgClient.PgClient> =>
  exclusively(
    Effect.gen(function* () {
      for (const { definition, state } of yield* statuses(definitions)) {
        if (state === "building") return yield* new BuiltElsewhere({ name: definition.name })
        if (ours.includes(state)) yield* drop(definition.name, listener)
      }
      return yield* statuses(definitions)
    })
  )
