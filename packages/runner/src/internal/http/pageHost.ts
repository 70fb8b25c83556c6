import { type DataSourceError, type FoundInstall, hostNameOf, InstallLookup } from "@alga-psa/ext-domain"
import { Context, Effect, Option } from "effect"
import { HttpRouter, HttpServerRequest } from "effect/http"
import { api, executePath } from "../../Api.ts"
import { fail } from "../../RunnerError.ts"
import { ofData } from "../refusals.ts"
import { named, refuse } from "./answer.ts"

/** The install that owns the `Host` of the request; null where none does. */
export const OwnerOfHost = Context.Reference<FoundInstall | null>("@alga-psa/ext-runner/OwnerOfHost", {
  defaultValue: () => null
})

/** Whether the owner of the request's `Host` is known. If not, an install may own it. */
export const HostKnown = Context.Reference<boolean>("@alga-psa/ext-runner/HostKnown", { defaultValue: () => true })

/** Why the owner of an execution's `Host` could not be looked up, so that nothing is done for it; null where it was. */
export const HostUnread = Context.Reference<DataSourceError | null>("@alga-psa/ext-runner/HostUnread", {
  defaultValue: () => null
})

/**
 * What the server that took the request is there for, on whichever `Host`: `pages` alone, the routes for `operators` alone, or
 * all but those of them that another server has (`no-operators`). Default: everything.
 */
export type Serves = "everything" | "pages" | "operators" | "no-operators"
export const Serves = Context.Reference<Serves>("@alga-psa/ext-runner/Serves", { defaultValue: () => "everything" })

const pathsOf = (group: "operations"): ReadonlyArray<string> =>
  Object.values(api.groups[group].endpoints).map(({ path }) => path)

const operations = new Set(pathsOf("operations"))
/** Says that the process answers, and nothing else, so that callers may ask it too. */
const health = "/healthz"
/** They must answer while the database does not. */
const probes = new Set([health, "/readyz"])

const pathOf = (url: string): string => url.replace(/^https?:\/\/[^/?#]+/i, "").split(/[?#]/, 1)[0] ?? ""

const isPage = (path: string): boolean => path === "/" || path.startsWith("/ext-ui/")

/** What browsers send of themselves and a page cannot leave out. */
const isFromBrowser = ({ headers }: HttpServerRequest.HttpServerRequest): boolean =>
  headers["origin"] !== undefined || headers["sec-fetch-site"] !== undefined

const notFound = named(() => Effect.succeed(refuse(fail("not_found"))))
const notForBrowsers = named(() => Effect.succeed(refuse(fail("not_allowed", "browsers may only ask for pages"))))
const unknown = (error: DataSourceError) => named(() => Effect.succeed(refuse(ofData(error))))

/** A caller asks for an execution, which is counted, logged and answered as one, also where it is refused. */
const isExecution = (http: HttpServerRequest.HttpServerRequest, path: string): boolean =>
  path === executePath && http.method === "POST" && !isFromBrowser(http)

/**
 * Keeps pages and the rest apart, before any route is looked for:
 *
 * - A server for operators has their routes alone, and needs no database to know. Where there is one, others have `/healthz` alone
 *   of them.
 * - On a `Host` that an install owns, and on a server for pages alone, there are `GET` and `HEAD` of `/` and `/ext-ui/…`,
 *   and nothing else.
 * - Elsewhere browsers are refused what is for callers: all but pages and the routes for operators.
 */
export const layerPageHosts = HttpRouter.middleware(
  Effect.map(
    InstallLookup,
    (lookup) => (answer) =>
      Effect.gen(function* () {
        const http = yield* HttpServerRequest.HttpServerRequest
        const path = pathOf(http.url)
        const serves = yield* Serves
        if (serves === "operators") return yield* operations.has(path) ? answer : notFound
        if (serves === "no-operators" && operations.has(path) && path !== health) return yield* notFound
        const host = hostNameOf(http.headers["host"] ?? "")
        const asked = Option.isNone(host) ? Effect.succeed(null) : lookup.byHost(host.value)
        const isProbe = probes.has(path)
        const inTime = Effect.timeoutOption(Effect.option(asked), "1 second")
        const answered = isProbe ? Effect.map(inTime, Option.flatten) : Effect.map(asked, Option.some)
        return yield* Effect.matchEffect(answered, {
          onFailure: (error) =>
            serves !== "pages" && isExecution(http, path)
              ? Effect.provideService(answer, HostUnread, error)
              : unknown(error),
          onSuccess: (found) =>
            Effect.gen(function* () {
              const owner = Option.getOrNull(found)
              const pagesOnly = owner !== null || serves === "pages"
              const read = http.method === "GET" || http.method === "HEAD"
              if (pagesOnly && !(read && isPage(path))) return yield* notFound
              if (!isPage(path) && !operations.has(path) && isFromBrowser(http)) return yield* notForBrowsers
              return yield* answer.pipe(
                Effect.provideService(OwnerOfHost, owner),
                Effect.provideService(HostKnown, Option.isSome(found))
              )
            })
        })
      })
  ),
  { global: true }
)
