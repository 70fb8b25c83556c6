import { isProxyRoute } from "@alga-psa/ext-domain/ProxyRoute"

/**
 * The path and query of a route, below that of the extension unless it is one of the product's API; null if it may not be
 * called.
 */
export const routePath = (route: string, extensionId: string): string | null => {
  if (!isProxyRoute(route)) return null
  const [whole = ""] = route.split("#")
  const [path = "", ...query] = whole.split("?")
  const absolute = path.startsWith("/") ? path : `/${path}`
  const placed = absolute.startsWith("/api/") ? absolute : `/${encodeURIComponent(extensionId)}${absolute}`
  return [placed, ...query].join("?").replaceAll(/[^\x21-\x7e]/gu, encodeURIComponent)
}
