import { archiveBounds } from "./ArchiveBounds.ts"
import { ArchiveRefusal } from "./ArchiveRefusal.ts"

const relied = ["name", "publisher", "version", "runtime", "capabilities"] as const

const refuse = (why: string) => new ArchiveRefusal(`manifest.json ${why}`)

const checkDepth = (text: string): void => {
  let depth = 0
  let isText = false
  for (let i = 0; i < text.length; i++) {
    const letter = text[i]
    if (isText) {
      if (letter === "\\") i += 1
      else if (letter === '"') isText = false
    } else if (letter === '"') isText = true
    else if (letter === "[" || letter === "{") depth += 1
    else if (letter === "]" || letter === "}") depth -= 1
    if (depth > archiveBounds.manifestDepth) {
      throw refuse(`has more than ${archiveBounds.manifestDepth} lists and objects in each other`)
    }
  }
}

const bounded = (key: string, value: unknown, isEntry = false): unknown => {
  if (typeof value === "string") {
    if (value.length > archiveBounds.manifestText) {
      throw refuse(`${key} has more than ${archiveBounds.manifestText} characters`)
    }
    return value
  }
  if (Array.isArray(value) && !isEntry) {
    if (value.length > archiveBounds.manifestList) {
      throw refuse(`${key} has ${value.length} entries: at most ${archiveBounds.manifestList}`)
    }
    return value.map((entry) => bounded(key, entry, true))
  }
  return typeof value === "object" && value !== null ? {} : value
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw refuse(`is not JSON: ${(cause as SyntaxError).message.replace(/[\p{C}\p{Z}]+/gu, " ")}`)
  }
}

const textOf = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes)
  } catch {
    throw refuse("is not UTF-8")
  }
}

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const objectIn = (bytes: Uint8Array): object | null => {
  const text = textOf(bytes)
  checkDepth(text)
  const value = parsed(text)
  return isObject(value) ? value : null
}

type Take = (value: unknown, path: string) => unknown

const field = (value: object, key: string, path: string, take: Take = (one, at) => bounded(at, one)): object =>
  Object.hasOwn(value, key) ? { [key]: take(Reflect.get(value, key), path) } : {}

const reliedIn = (value: object): object => Object.assign({}, ...relied.map((key) => field(value, key, key)))

/** What stands below a key: of an object these fields, of anything else itself, for the host to refuse. */
const within =
  (take: (value: object, path: string) => object): Take =>
  (value, path) =>
    isObject(value) ? take(value, path) : bounded(path, value)

const listOf =
  (take: Take): Take =>
  (value, path) => {
    if (!Array.isArray(value)) return bounded(path, value)
    if (value.length > archiveBounds.manifestList) {
      throw refuse(`${path} has ${value.length} entries: at most ${archiveBounds.manifestList}`)
    }
    return value.map((one, at) => take(one, `${path}[${at}]`))
  }

const endpoint = within((value, path) => ({
  ...field(value, "method", `${path}.method`),
  ...field(value, "path", `${path}.path`)
}))

/**
 * The fields of a manifest that a host relies on, each no larger than {@link archiveBounds} lets it be; whether they are
 * right is for the host to say. A byte order mark is passed over.
 */
export const manifestFields = (bytes: Uint8Array): unknown => {
  const value = objectIn(bytes)
  return value === null ? null : reliedIn(value)
}

/** The same, with the entry of the page and the endpoints, for whoever reviews a bundle. */
export const reviewedFields = (bytes: Uint8Array): unknown => {
  const value = objectIn(bytes)
  if (value === null) return null
  const ui = within((page, path) => field(page, "entry", `${path}.entry`))
  const api = within((found, path) => field(found, "endpoints", `${path}.endpoints`, listOf(endpoint)))
  return { ...reliedIn(value), ...field(value, "ui", "ui", ui), ...field(value, "api", "api", api) }
}
