import { tableText } from "./consoleTable.ts"
import { describe, describeAll, formatLine } from "./describe.ts"

/** The severities of the host's log. */
export type LogLevel = "info" | "warn" | "error"

/** Where log lines go. */
export type LogSink = (level: LogLevel, message: string) => void

/** The host cuts a line far below that. One that is longer than a host call may be would end the execution. */
const mostLetters = 2 ** 20
const mostIndents = 20

let sink: LogSink = () => {}
let groups = 0
const counts = new Map<string, number>()
const timers = new Set<string>()

/** Sends every later line to the host. What is logged while a component is built, before any host is there, is dropped. */
export const connectLog = (next: LogSink): void => {
  sink = next
  groups = 0
  counts.clear()
  timers.clear()
}

const write = (level: LogLevel, text: string): void => {
  const line = text.slice(0, mostLetters)
  const indent = "  ".repeat(Math.min(groups, mostIndents))
  sink(level, (groups === 0 ? line : line.replace(/^/gm, indent).slice(0, mostLetters)).toWellFormed())
}

/** Writes one line: texts as they are, all else described. */
export const report = (level: LogLevel, values: ReadonlyArray<unknown>): void => write(level, describeAll(values))

type Values = ReadonlyArray<unknown>

const at =
  (level: LogLevel) =>
  (...values: Values): void =>
    write(level, formatLine(values))

const group = (...values: Values): void => {
  if (values.length > 0) write("info", formatLine(values))
  groups += 1
}

const elapsed = (label: string, values: Values): void =>
  timers.has(label)
    ? write("info", describeAll([`${label}: 0 ms`, ...values]))
    : write("warn", `console.time: there is no timer ${label}`)

/** `console` for engines that have none, or one that nobody reads: its lines go to the host's log. */
export const hostConsole = {
  debug: at("info"),
  log: at("info"),
  info: at("info"),
  warn: at("warn"),
  error: at("error"),
  trace: (...values: Values): void =>
    write("info", `Trace: ${formatLine(values)}\n${new Error().stack ?? ""}`.trimEnd()),
  dir: (value: unknown): void => write("info", describe(value)),
  dirxml: at("info"),
  table: (data: unknown, columns?: ReadonlyArray<string>): void =>
    write("info", tableText(data, columns) ?? describe(data)),
  group,
  groupCollapsed: group,
  groupEnd: (): void => {
    groups = Math.max(0, groups - 1)
  },
  assert: (holds: unknown, ...values: Values): void => {
    if (!holds) write("error", ["Assertion failed", ...(values.length > 0 ? [formatLine(values)] : [])].join(": "))
  },
  count: (label = "default"): void => {
    counts.set(label, (counts.get(label) ?? 0) + 1)
    write("info", `${label}: ${counts.get(label)}`)
  },
  countReset: (label = "default"): void => void counts.delete(label),
  /** Time stands still while a request runs: what was measured took 0 ms. */
  time: (label = "default"): void => void timers.add(label),
  timeLog: (label = "default", ...values: Values): void => elapsed(label, values),
  timeEnd: (label = "default"): void => {
    elapsed(label, [])
    timers.delete(label)
  },
  clear: (): void => {}
}
