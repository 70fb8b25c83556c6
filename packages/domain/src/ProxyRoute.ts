/** Dots and slashes as whoever decodes the path reads them. */
const decoded = (path: string): string => path.replaceAll(/%2e/gi, ".").replaceAll(/%2f|%5c|\\/gi, "/")

/**
 * Whether `UiProxy` may call the route: its path is not blank and has no `.` or `..` segment, also none with a percent-encoded
 * dot or slash or with a backslash. Query and fragment may have any.
 */
export const isProxyRoute = (route: string): boolean => {
  const [path = ""] = route.split(/[?#]/)
  if (path.trim() === "" || !route.isWellFormed()) return false
  return !decoded(path)
    .split("/")
    .some((segment) => segment === "." || segment === "..")
}
