import { InstallId, TenantId } from "@alga-psa/ext-domain"
import { Effect, Option, Schema } from "effect"
import { Flag } from "effect/cli"
import { durationBetween, longestKept } from "../internal/durationSetting.ts"

const uuid = Schema.String.check(Schema.isUUID())

/** Flags that say which kept triggers are meant. */
export const triggerFilter = {
  id: Flag.String("id").pipe(Flag.withSchema(uuid), Flag.optional, Flag.withDescription("Only this trigger")),
  tenant: Flag.String("tenant").pipe(
    Flag.withSchema(TenantId),
    Flag.optional,
    Flag.withDescription("Only of this tenant")
  ),
  install: Flag.String("install").pipe(
    Flag.withSchema(InstallId),
    Flag.optional,
    Flag.withDescription("Only of this install")
  ),
  olderThan: Flag.String("older-than").pipe(
    Flag.withSchema(durationBetween("0 seconds", longestKept)),
    Flag.optional,
    Flag.withDescription("Accepted longer ago than this, such as '2 hours'")
  ),
  reason: Flag.String("reason").pipe(
    Flag.withSchema(Schema.NonEmptyString),
    Flag.optional,
    Flag.withDescription("Only those whose reason begins with this, such as execute_failed or may-have-written")
  )
}

type Given = {
  readonly [Name in keyof typeof triggerFilter]: (typeof triggerFilter)[Name] extends Flag.Flag<infer A> ? A : never
}

/** What the flags say; null for those that were not given. */
export const filterOf = ({ id, install, olderThan, reason, tenant }: Given) => ({
  id: Option.getOrNull(id),
  install: Option.getOrNull(install),
  olderThan: Option.getOrNull(olderThan),
  reason: Option.getOrNull(reason),
  tenant: Option.getOrNull(tenant)
})

/** Whether the command was told what it is about. */
export class NothingNamed extends Schema.TaggedError<NothingNamed>()("NothingNamed", {}) {
  override get message(): string {
    return "name the triggers with --id, --tenant, --install, --older-than or --reason, or --all"
  }
}

/** What the flags say, or a refusal where neither they nor `--all` say anything. */
export const namedBy = (given: Given & { readonly all: boolean }) => {
  const filter = filterOf(given)
  const isNamed = given.all || Object.values(filter).some((value) => value !== null)
  return isNamed ? Effect.succeed(filter) : Effect.fail(new NothingNamed())
}
