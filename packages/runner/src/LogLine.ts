import { Cause, Formatter, Logger, References } from "effect"
import { logFields } from "./LogFields.ts"

/** A log line whose message is one text; what else was logged with it, such as an error, is its cause. */
export const plainLine = (options: Logger.Options<unknown>): Logger.Options<unknown> => {
  const { cause, message } = options
  if (typeof message === "string") return options
  const parts: ReadonlyArray<unknown> = Array.isArray(message) ? message : [message]
  const [first, ...rest] = parts
  const [text, others] = typeof first === "string" ? [first, rest] : ["failed", parts]
  return {
    ...options,
    message: text,
    cause: others.reduce<Cause.Cause<unknown>>((all, one) => Cause.combine(all, Cause.die(one)), cause)
  }
}

const isField = (name: string): boolean => Object.hasOwn(logFields, name)

const textOf = (value: unknown): string => (typeof value === "string" ? value : Formatter.formatJson(value))

/** The fields of {@link logFields}; what a library notes beside them becomes the text of one. */
const published = (noted: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => {
  const names = Object.keys(noted)
  const others = names.filter((name) => !isField(name))
  if (others.length === 0) return noted
  return {
    ...Object.fromEntries(names.filter(isField).map((name) => [name, noted[name]])),
    library: others.map((name) => `${name}=${textOf(noted[name])}`).join(" ")
  }
}

const isPlain = (value: unknown): boolean =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean" || value === null

/** The text of what was logged where it is one text and nothing else. */
const onlyText = ({ cause, message }: Logger.Options<unknown>): string | null => {
  const only: unknown = Array.isArray(message) && message.length === 1 ? message[0] : message
  return typeof only === "string" && cause.reasons.length === 0 ? only : null
}

const isPublished = (noted: Readonly<Record<string, unknown>>): boolean => {
  for (const name in noted) if (!(isField(name) && isPlain(noted[name]))) return false
  return true
}

/** What most lines are, a text with fields that JSON writes as they are, goes into JSON without another form between. */
const plainJson = (options: Logger.Options<unknown>): string | null => {
  const { date, fiber, logLevel } = options
  const message = onlyText(options)
  const annotations = fiber.getRef(References.CurrentLogAnnotations)
  if (message === null || fiber.getRef(References.CurrentLogSpans).length > 0 || !isPublished(annotations)) return null
  const [level, timestamp] = [logLevel.toUpperCase(), date.toISOString()]
  return JSON.stringify({ message, level, timestamp, annotations, spans: {}, fiberId: `#${fiber.id}` })
}

const formedJson = (options: Logger.Options<unknown>): string => {
  const line = Logger.formatStructured.log(plainLine(options))
  return Formatter.formatJson({ ...line, annotations: published(line.annotations) })
}

/** A line as one JSON object. Every field has one type, as {@link logFields} say. */
export const jsonLine: Logger.Logger<unknown, string> = Logger.make(
  (options) => plainJson(options) ?? formedJson(options)
)

/** The line that stands for lines that were lost. */
export const lostLines = (lines: number): string =>
  JSON.stringify({
    message: "log lines are lost: standard output is not read in time",
    level: "WARN",
    timestamp: new Date().toISOString(),
    annotations: { lines },
    spans: {},
    fiberId: "#0"
  })

/** Writes each line as one JSON object to standard output. */
export const jsonLogger: Logger.Logger<unknown, void> = Logger.withConsoleLog(jsonLine)
