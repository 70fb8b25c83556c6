/** The severities of the host's log. */
export type LogLevel = "info" | "warn" | "error"

/** Where log lines go. */
export type LogSink = (level: LogLevel, message: string) => void

let sink: LogSink = () => {}

/** Sends every later line to the host. What is logged while a component is built, before any host is there, is dropped. */
export const connectLog = (next: LogSink): void => {
  sink = next
}

const describeError = (error: Error): string => {
  const head = `${error.name}: ${error.message}`
  const stack = error.stack ?? ""
  return stack.includes(head) ? stack : `${head}\n${stack}`.trimEnd()
}

const describeWithCause = (error: Error): string =>
  error.cause === undefined
    ? describeError(error)
    : `${describeError(error)}\ncaused by: ${error.cause instanceof Error ? describeError(error.cause) : String(error.cause)}`

const describe = (value: unknown): string => {
  if (typeof value === "string") return value
  if (value instanceof Error) return describeWithCause(value)
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return String(value)
  }
}

/** Writes one line. Texts stay as they are, an error gives name, message, stack and cause, all else becomes JSON. */
export const report = (level: LogLevel, values: ReadonlyArray<unknown>): void =>
  sink(level, values.map(describe).join(" ").toWellFormed())

const at =
  (level: LogLevel) =>
  (...values: ReadonlyArray<unknown>): void =>
    report(level, values)

/** `console` for engines that have none, or one that nobody reads: its lines go to the host's log. */
export const hostConsole = {
  debug: at("info"),
  log: at("info"),
  info: at("info"),
  warn: at("warn"),
  error: at("error"),
  trace: at("info")
}
