import { logFields } from "../src/LogFields.ts"

const typeOf = (value: unknown): string => (typeof value === "string" ? "text" : typeof value)

const fields: Readonly<Record<string, readonly [type: string, is: string]>> = logFields

const isText = (value: unknown): boolean => typeof value === "string"

/** The last line of a program that was killed may be cut off. */
const read = (text: string) => {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}

/** What of a line of output is not as the published list of log fields has it; null where all is, or where it is no log line. */
export const oddInLine = (text: string): string | null => {
  if (!text.startsWith('{"')) return null
  const line = read(text)
  if (!("annotations" in line && "fiberId" in line)) return null
  const { annotations, cause, fiberId, level, message, timestamp } = line
  if (![message, level, timestamp, fiberId].every(isText)) return `a part of it is no text: ${text}`
  if (cause !== undefined && !isText(cause)) return `its cause is no text: ${text}`
  if ("library" in annotations && !/(^| )module=/.test(annotations.library)) {
    return `it has a field that is not in the list of log fields: ${text}`
  }
  const odd = Object.entries(annotations).find(
    ([name, value]) => fields[name] === undefined || (value !== null && typeOf(value) !== fields[name][0])
  )
  return odd === undefined ? null : `its field ${odd[0]} is not in the list of log fields, or of another type: ${text}`
}
