const decoded = (segment: string): string => segment.replaceAll(/%2e/gi, ".").replaceAll(/%2f|%5c|\\/gi, "/")

const isDots = (segment: string): boolean => segment === "." || segment === ".."

/**
 * The path and query of a route, below that of the extension unless it is one of the product's API; null if it is
 * blank, or has a segment that leads elsewhere in any spelling.
 */
export const routePath = (route: string, extensionId: string): string | null => {
  const [whole = ""] = route.split("#")
  const [path = "", ...query] = whole.split("?")
  if (path.trim() === "" || !route.isWellFormed()) return null
  if (decoded(path).split("/").some(isDots)) return null
  const absolute = path.startsWith("/") ? path : `/${path}`
  const placed = absolute.startsWith("/api/") ? absolute : `/${encodeURIComponent(extensionId)}${absolute}`
  return [placed, ...query].join("?").replaceAll(/[^\x21-\x7e]/gu, encodeURIComponent)
}
