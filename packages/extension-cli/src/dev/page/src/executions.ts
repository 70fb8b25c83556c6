import type { CallRecord, ExecutionRecord, LimitUse, LogRecord } from "../../ExecutionRecord.ts"
import { make } from "./elements.ts"

const time = (milliseconds: number): string =>
  milliseconds < 10 ? `${milliseconds.toFixed(1)} ms` : `${Math.round(milliseconds)} ms`

/** A table that scrolls sideways where it has no room, by the keyboard too. */
export const table = (headers: ReadonlyArray<string>, rows: ReadonlyArray<HTMLTableRowElement>) => {
  const heads = headers.map((header) => Object.assign(make("th", "", header), { scope: "col" }))
  const shown = make("table", "", make("thead", "", make("tr", "", ...heads)), make("tbody", "", ...rows))
  return Object.assign(make("div", "scroll", shown), { tabIndex: 0 })
}

const callRows = ({
  args,
  milliseconds,
  operation,
  outcome,
  rows,
  why
}: CallRecord): ReadonlyArray<HTMLTableRowElement> => [
  make(
    "tr",
    why === null ? "" : "told",
    make("td", "args", make("code", "", operation)),
    make("td", "args", make("code", "", args)),
    make("td", outcome === "ok" ? "good" : "bad", outcome),
    make("td", "number", rows === null ? "–" : String(rows)),
    make("td", "number", time(milliseconds))
  ),
  ...(why === null ? [] : [make("tr", "", Object.assign(make("td", "why", why), { colSpan: 5 }))])
]

const logLine = ({ level, text }: LogRecord) => make("li", level, make("b", "", level), " ", text)

const number = new Intl.NumberFormat("en")

const limitRow = ({ limit, name, unit, used }: LimitUse) =>
  make(
    "tr",
    "",
    make("td", "", make("code", "", name)),
    make("td", used > limit ? "number bad" : "number", `${number.format(used)} of ${number.format(limit)} ${unit}`)
  )

const outcomeOf = ({ error, milliseconds, status }: ExecutionRecord): string =>
  milliseconds === null
    ? "running"
    : `${status ?? (error === "given up" ? "given up" : "failed")} · ${time(milliseconds)}`

const detailsOf = ({ calls, error, limits, logs }: ExecutionRecord): ReadonlyArray<Node> => [
  ...(error === null ? [] : [make("pre", "error", error)]),
  ...(calls.length === 0
    ? [make("p", "empty", "No host calls.")]
    : [table(["Host call", "Arguments", "Outcome", "Rows", "Time"], calls.flatMap(callRows))]),
  ...(logs.length === 0 ? [] : [make("ul", "logs", ...logs.map(logLine))]),
  ...(limits.length === 0
    ? []
    : [make("details", "limits", make("summary", "", "Limits used"), table(["Limit", "Used"], limits.map(limitRow)))])
]

/** Shows executions, the last one first. What a person opened stays open, and the last one is. */
export const showExecutions = (into: HTMLElement, records: ReadonlyArray<ExecutionRecord>): void => {
  const open = new Set([...into.querySelectorAll<HTMLDetailsElement>("details.execution[open]")].map(({ id }) => id))
  const closed = new Set(
    [...into.querySelectorAll<HTMLDetailsElement>("details.execution:not([open])")].map(({ id }) => id)
  )
  const limits = new Set([...into.querySelectorAll(".execution:has(.limits[open])")].map(({ id }) => id))
  if (records.length === 0) return
  into.replaceChildren(
    ...records.map((record, index) => {
      const failed = record.milliseconds !== null && (record.status === null || record.status >= 400)
      const id = `execution-${record.id}`
      const summary = make(
        "summary",
        "",
        make("code", "request", record.request),
        make("span", failed ? "outcome bad" : "outcome", outcomeOf(record)),
        make("span", "viewer", record.viewer)
      )
      const shown = Object.assign(make("details", "execution", summary, ...detailsOf(record)), { id })
      shown.open = open.has(id) || (index === 0 && !closed.has(id))
      const used = shown.querySelector<HTMLDetailsElement>(".limits")
      if (used !== null) used.open = limits.has(id)
      return shown
    })
  )
}
