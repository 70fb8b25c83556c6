import { AccessRecord } from "@alga-psa/ext-domain"
import { Effect } from "effect"
import { HttpRouter, type HttpServerRequest, HttpServerResponse } from "effect/http"
import { AccessDoor } from "../../Access.ts"
import { readQuestion } from "../../AccessQuery.ts"
import { csv } from "../../Csv.ts"
import { waitFor, withDeadline } from "../../Deadline.ts"
import { fail } from "../../RunnerError.ts"
import { provesOneOf } from "../../ServiceToken.ts"
import { ofData } from "../refusals.ts"
import { answered, only, refuse } from "./answer.ts"

/** Where access records can be asked for. */
export const accessPath = "/v1/access"

/** Holds the text to ask for the next page with, in an answer of CSV. */
const nextHeader = "x-access-next"

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

const answer =
  ({ reader }: NonNullable<(typeof AccessDoor)["Service"]>) =>
  (http: HttpServerRequest.HttpServerRequest) =>
    Effect.gen(function* () {
      const parameters = parametersOf(http.url)
      if (parameters === null) return yield* invalid("a parameter is there twice")
      const { format = "json", ...texts } = parameters
      if (!formats.has(format)) return yield* invalid("format must be json or csv")
      const { filter, page, tenant } = yield* Effect.mapError(readQuestion(texts), invalid)
      const { items, next } = yield* waitFor("records")(
        Effect.mapError(reader.list(tenant, filter, page), (error) =>
          error._tag === "InvalidInput" ? invalid(error.message) : ofData(error)
        )
      )
      if (format === "json") return HttpServerResponse.jsonUnsafe({ records: items, next }, { headers: uncached })
      return HttpServerResponse.text(csv(columns, items), {
        contentType: "text/csv; charset=utf-8",
        headers: { ...uncached, ...(next === null ? {} : { [nextHeader]: next }) }
      })
    }).pipe(withDeadline(null), answered)

const unauthorized = refuse(fail("unauthorized", "authorization: Bearer is missing or wrong"))

/**
 * `GET /v1/access`: the access records of the tenant that is named, a page at a time. Without a token in the settings there is no
 * such path. The token is always looked at, also where the service token is not, and opens the records of every tenant.
 */
export const layerAccess = HttpRouter.use((router) =>
  Effect.flatMap(AccessDoor, (door) => {
    if (door === null) return Effect.void
    const proves = provesOneOf([door.token])
    const answerTo = answer(door)
    return router.add(
      "*",
      accessPath,
      only(["GET"], (http) =>
        proves(bearer(http.headers["authorization"])) ? answerTo(http) : Effect.succeed(unauthorized)
      )
    )
  })
)
