import { isProxyRoute, type UiProxy, UiProxyError } from "@alga-psa/ext-domain"
import { readPlainFile } from "@alga-psa/ext-extension-sdk/PlainFiles"
import { Effect } from "effect"
import { devFiles, isThere } from "./DevFiles.ts"

const mostBytes = 4 * 1024 * 1024
const segment = /^[\w~-][\w.~-]*$/

/**
 * The file that answers a route of the product, in the folder of routes: `api/reports.json` for a call of `/api/reports` without
 * payload, `api/reports.post.json` for one with. The query does not count. Null where no file can.
 */
export const routeFile = (route: string, hasPayload: boolean): string | null => {
  const [path = ""] = route.split(/[?#]/)
  const segments = path.replace(/^\//, "").split("/")
  return segments.every((one) => segment.test(one)) ? `${segments.join("/")}${hasPayload ? ".post" : ""}.json` : null
}

const refuse = (code: UiProxyError["code"]) => new UiProxyError({ code })

/** `UiProxy` over files that the author writes, read at every call. */
export const routeFiles = (folder: string): UiProxy["Service"] => ({
  callRoute: Effect.fnUntraced(function* (route, payload) {
    if (!isProxyRoute(route)) return yield* refuse("bad-request")
    const file = routeFile(route, payload !== null)
    if (file === null) return yield* refuse("route-not-found")
    const name = `${devFiles.routes}/${file}`
    if (!(yield* Effect.promise(() => isThere(folder, name)))) return yield* refuse("route-not-found")
    return yield* Effect.tryPromise({
      try: () => readPlainFile(folder, name, mostBytes),
      catch: (cause) => new UiProxyError({ code: "internal", cause })
    })
  })
})
