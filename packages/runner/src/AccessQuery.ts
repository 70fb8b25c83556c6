import { type AccessFilter, InstallId, mostAccessRecords, TenantId, UserId } from "@alga-psa/ext-domain"
import { brokenRules } from "@alga-psa/ext-domain/BrokenRules"
import { Duration, Effect, Result, Schema } from "effect"
import { durationBetween } from "./internal/durationSetting.ts"

const message = "must be a time such as 2026-01-31 or 2026-01-31T08:00:00Z, or how long ago, such as 7 days"
const written = /^[12]\d{3}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/
const decodeAgo = Schema.decodeUnknownResult(durationBetween("0 seconds", "3650 days"))

/** JavaScript takes 30 February for 2 March. */
const hasDay = (text: string) => {
  const last = new Date(Date.UTC(Number(text.slice(0, 4)), Number(text.slice(5, 7)), 0)).getUTCDate()
  return Number(text.slice(8, 10)) <= last
}

const timeOf = (text: string, now: number): number | null => {
  if (written.test(text)) return hasDay(text) && !Number.isNaN(Date.parse(text)) ? Date.parse(text) : null
  const ago = decodeAgo(text)
  return Result.isSuccess(ago) ? now - Duration.toMillis(ago.success) : null
}

const time = Schema.optionalKey(
  Schema.String.check(Schema.makeFilter((text) => timeOf(text, Date.now()) !== null, { message }))
)
const word = (what: string) =>
  Schema.optionalKey(Schema.String.check(Schema.isPattern(/^[A-Za-z0-9.-]{1,64}$/, { message: `must be ${what}` })))
const rangeOfPage = `must be 1 to ${mostAccessRecords}`

/** What may be asked of access records, as texts: by `GET /v1/access` and by the commands. */
const AccessQuery = Schema.Struct({
  tenant: TenantId.annotateKey({ messageMissingKey: "is missing: it must be a UUID" }),
  install: Schema.optionalKey(InstallId),
  user: Schema.optionalKey(UserId),
  operation: word("an operation such as clients.list"),
  outcome: word("an outcome such as ok or rbac-denied"),
  from: time,
  until: time,
  most: Schema.optionalKey(
    Schema.String.check(Schema.isPattern(/^\d{1,4}$/, { message: rangeOfPage })).pipe(
      Schema.decodeTo(
        Schema.FiniteFromString.check(
          Schema.isBetween({ minimum: 1, maximum: mostAccessRecords }, { message: rangeOfPage })
        )
      )
    )
  ),
  after: Schema.optionalKey(Schema.String)
})

const decode = Schema.decodeUnknownEffect(AccessQuery, { onExcessProperty: "error", errors: "all" })

/** How many records a page has where nobody says it. */
export const usualPage = 100

/** A question that was read. */
export interface AccessQuestion {
  readonly tenant: TenantId
  readonly filter: AccessFilter
  readonly page: { readonly after: string | null; readonly most: number }
}

/** Reads a question; the failure says what is wrong with which field. A field that nobody knows is wrong too: it would widen. */
export const readQuestion = (texts: Readonly<Record<string, unknown>>): Effect.Effect<AccessQuestion, string> =>
  Effect.match(decode(texts), {
    onFailure: ({ issue }) => {
      const [{ message: why, path }] = brokenRules(issue)
      return Result.fail(`${path.map(String).join(".")} ${why}`)
    },
    onSuccess: ({
      after = null,
      from,
      install = null,
      most = usualPage,
      operation = null,
      outcome = null,
      tenant,
      until,
      user = null
    }) => {
      const now = Date.now()
      const at = (text: string | undefined) => (text === undefined ? null : timeOf(text, now))
      const filter = { install, user, operation, outcome, from: at(from), until: at(until) }
      return Result.succeed({ tenant, filter, page: { after, most } })
    }
  }).pipe(Effect.flatMap(Effect.fromResult))
