import { archiveBounds } from "./ArchiveBounds.ts"
import { ArchiveRefusal } from "./ArchiveRefusal.ts"

/** The fields of the domain's `Manifest`, which the confined process does not load. A test compares them. */
export const reliedFields = ["name", "publisher", "version", "capabilities"] as const

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
      throw refuse(`has more than ${archiveBounds.manifestDepth} nested lists and objects`)
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

/** All that a manifest says, within the bounds on its bytes and its depth. A byte order mark is skipped. */
export const wholeManifest = (bytes: Uint8Array): unknown => {
  const text = textOf(bytes)
  checkDepth(text)
  return parsed(text)
}

/**
 * The fields of a manifest that a host relies on, each no larger than {@link archiveBounds} lets it be; whether they
 * are right is for the host to say. A byte order mark is skipped.
 */
export const manifestFields = (bytes: Uint8Array): unknown => {
  const value = wholeManifest(bytes)
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null
  const has = reliedFields.filter((key) => Object.hasOwn(value, key))
  return Object.fromEntries(has.map((key) => [key, bounded(key, Reflect.get(value, key))]))
}
