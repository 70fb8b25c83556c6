import { AccessRecord } from "@alga-psa/ext-domain"
import { Effect } from "effect"
import { type HttpServerRequest, HttpServerResponse } from "effect/http"
import { AccessDoor } from "../../Access.ts"
import { readQuestion } from "../../AccessQuery.ts"
import { type AccessAnswer, accessNextHeader } from "../../Api.ts"
import { csv } from "../../Csv.ts"
import { waitFor, withDeadline } from "../../Deadline.ts"
import { fail } from "../../RunnerError.ts"
import { provesOneOf } from "../../ServiceToken.ts"
import { ofData } from "../refusals.ts"
import { answered } from "./answer.ts"

const uncached = { "cache-control": "no-store" }
const columns = Object.keys(AccessRecord.fields)
const invalid = (why: string) => fail("invalid_request", why)

const bearer = (given: string | undefined) => /^bearer +(\S+)$/i.exec(given ?? "")?.[1]

/** The parameters of a URL; null where one is there twice. */
const parametersOf = (url: string): Record<string, string> | null => {
  const given = [...new URL(url, "http://runner").searchParams]
  return new Set(given.map(([name]) => name)).size === given.length ? Object.fromEntries(given) : null
}

const formats: ReadonlySet<string> = new Set(["json", "csv"])

/**
 * `GET /v1/access`: the access records of the tenant that is named, a page at a time. The token is always looked at, also where
 * the service token is not, and opens the records of every tenant.
 */
export const access = (http: HttpServerRequest.HttpServerRequest) =>
  Effect.gen(function* () {
    const door = yield* AccessDoor
    if (door === null) return yield* fail("not_found")
    if (!provesOneOf([door.token])(bearer(http.headers["authorization"])))
      return yield* fail("unauthorized", "authorization: Bearer is missing or wrong")
    const parameters = parametersOf(http.url)
    if (parameters === null) return yield* invalid("a parameter is there twice")
    const { format = "json", ...texts } = parameters
    if (!formats.has(format)) return yield* invalid("format must be json or csv")
    const { filter, page, tenant } = yield* Effect.mapError(readQuestion(texts), invalid)
    const { items, next } = yield* waitFor("records")(
      Effect.mapError(door.reader.list(tenant, filter, page), (error) =>
        error._tag === "InvalidInput" ? invalid(error.message) : ofData(error)
      )
    )
    if (format === "json") {
      const body: typeof AccessAnswer.Type = { records: items, next }
      return HttpServerResponse.jsonUnsafe(body, { headers: uncached })
    }
    return HttpServerResponse.text(csv(columns, items), {
      contentType: "text/csv; charset=utf-8",
      headers: { ...uncached, ...(next === null ? {} : { [accessNextHeader]: next }) }
    })
  }).pipe(withDeadline(null), answered)
