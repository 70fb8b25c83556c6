import { Cause, Formatter, Logger } from "effect"
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

/** Writes each line as one JSON object to standard output. Every field has one type, as {@link logFields} say. */
export const jsonLogger: Logger.Logger<unknown, void> = Logger.withConsoleLog(
  Logger.make((options) => {
    const line = Logger.formatStructured.log(plainLine(options))
    const annotations = published(line.annotations)
    return Formatter.formatJson(annotations === line.annotations ? line : { ...line, annotations })
  })
)
