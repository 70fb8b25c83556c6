import type { HttpServerRequest } from "effect/http"
import { api, endpointsOf } from "../../Api.ts"

const routes = endpointsOf(api).map(({ path }) => ({
  path,
  pattern: new RegExp(
    `^${path
      .replaceAll(".", "\\.")
      .replace(/:[^/]+/g, "[^/]+")
      .replace("*", ".*")}$`
  )
}))

const written = new Map<string, string>(routes.filter(({ path }) => !/[:*]/.test(path)).map(({ path }) => [path, path]))
const others = routes.filter(({ path }) => /[:*]/.test(path))

const methods: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])

/** The name of the span of a request: its method and its route, so that there are as many as there are routes. */
export const spanName = ({ method, url }: Pick<HttpServerRequest.HttpServerRequest, "method" | "url">): string => {
  const end = url.indexOf("?")
  const path = end === -1 ? url : url.slice(0, end)
  const route = written.get(path) ?? others.find(({ pattern }) => pattern.test(path))?.path
  const known = methods.has(method) ? method : "HTTP"
  return route === undefined ? known : `${known} ${route}`
}
