import type {
  CallRecord,
  Comparison,
  ExecutionRecord,
  KeptTest,
  LimitUse,
  LogRecord,
  SentAnswer
} from "../../ExecutionRecord.ts"
import { answerNodes } from "./answers.ts"
import { curlOf } from "./curl.ts"
import { button, element, make } from "./elements.ts"
import { parts } from "./json.ts"

const time = (milliseconds: number): string =>
  milliseconds < 10 ? `${milliseconds.toFixed(1)} ms` : `${Math.round(milliseconds)} ms`

/** A table that scrolls sideways where it has no room, by the keyboard too. */
export const table = (headers: ReadonlyArray<string>, rows: ReadonlyArray<HTMLTableRowElement>) => {
  const heads = headers.map((header) => Object.assign(make("th", "", header), { scope: "col" }))
  const shown = make("table", "", make("thead", "", make("tr", "", ...heads)), make("tbody", "", ...rows))
  return Object.assign(make("div", "scroll", shown), { tabIndex: 0 })
}

/** Arguments, which break between their parts and never inside a number. */
const written = (args: string): HTMLElement =>
  make(
    "code",
    "",
    ...parts(args).flatMap(({ text, whole }) => [
      whole ? make("span", "whole", text) : text,
      document.createElement("wbr")
    ])
  )

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
    make("td", "operation", make("code", "", operation)),
    make("td", "args", written(args)),
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

/** What a person can do with an execution. */
export interface ExecutionActions {
  readonly resend: (id: string) => unknown
  readonly keep: (id: string) => Promise<KeptTest>
  /** Null where the handler runs in the sandbox alone. */
  readonly compare: ((id: string) => Promise<Comparison | null>) | null
}

const outcomeOf = ({ answer, error, milliseconds }: ExecutionRecord): string =>
  milliseconds === null
    ? "running"
    : `${answer?.status ?? (error === "given up" ? "given up" : "failed")} · ${time(milliseconds)}`

const curlButton = (record: ExecutionRecord): ReadonlyArray<Node> => {
  const command = curlOf(record, location.origin)
  if (command === null) return []
  const shown = make("pre", "curl")
  shown.hidden = true
  const copy = button("Copy as curl", async () => {
    shown.hidden = false
    shown.textContent = command
    await navigator.clipboard.writeText(command).then(
      () => (copy.textContent = "Copied"),
      () => (copy.textContent = "Copy it from below")
    )
  })
  return [copy, shown]
}

const keepButton = ({ id }: ExecutionRecord, { keep }: ExecutionActions): ReadonlyArray<Node> => {
  const note = make("p", "kept")
  note.role = "status"
  const save = button("Keep as test", async () => {
    const { error, file } = await keep(id)
    note.textContent = file === null ? `Not kept: ${error}.` : `Kept in ${file}. npm test replays it.`
  })
  return [save, note]
}

const sideOf = (title: string, { answer, error }: SentAnswer): HTMLElement =>
  make(
    "section",
    "side",
    make("h3", "", title),
    ...(answer === null ? [make("pre", "error", error ?? "")] : answerNodes(answer))
  )

const compareButton = ({ id }: ExecutionRecord, { compare }: ExecutionActions): ReadonlyArray<Node> => {
  if (compare === null) return []
  const shown = make("div", "comparison")
  shown.role = "status"
  const ask = button("Compare with the sandbox", async () => {
    shown.replaceChildren("…")
    const found = await compare(id)
    if (found === null) return shown.replaceChildren("The execution is not known any more.")
    if (found.same) return shown.replaceChildren("Node and the sandbox give the same answer.")
    shown.replaceChildren("The answers differ.", sideOf("In Node", found.node), sideOf("In the sandbox", found.sandbox))
  })
  return [ask, shown]
}

const actionsOf = (record: ExecutionRecord, actions: ExecutionActions) =>
  make(
    "div",
    "actions",
    button("Send again", () => actions.resend(record.id)),
    ...curlButton(record),
    ...(record.answer === null ? [] : keepButton(record, actions)),
    ...compareButton(record, actions)
  )

const detailsOf = (record: ExecutionRecord, actions: ExecutionActions): ReadonlyArray<Node> => {
  const { answer, calls, error, limits, logs, milliseconds } = record
  return [
    ...(milliseconds === null ? [] : [actionsOf(record, actions)]),
    ...(error === null ? [] : [make("pre", "error", error)]),
    ...(calls.length === 0
      ? [make("p", "empty", "No host calls.")]
      : [table(["Host call", "Arguments", "Outcome", "Rows", "Time"], calls.flatMap(callRows))]),
    ...(logs.length === 0 ? [] : [make("ul", "logs", ...logs.map(logLine))]),
    ...(answer === null ? [] : [make("details", "answer", make("summary", "", "Answer"), ...answerNodes(answer))]),
    ...(limits.length === 0
      ? []
      : [make("details", "limits", make("summary", "", "Limits used"), table(["Limit", "Used"], limits.map(limitRow)))])
  ]
}

const executionOf = (record: ExecutionRecord, actions: ExecutionActions): HTMLDetailsElement => {
  const { answer, milliseconds, request, viewer } = record
  const failed = milliseconds !== null && (answer === null || answer.status >= 400)
  const summary = make(
    "summary",
    "",
    make("code", "request", request),
    make("span", failed ? "outcome bad" : "outcome", outcomeOf(record)),
    make("span", "viewer", viewer)
  )
  return make("details", "execution", summary, ...detailsOf(record, actions))
}

/** Opens in one element what is open in another that shows the same execution. */
const openAlike = (one: HTMLDetailsElement, other: HTMLDetailsElement): void => {
  one.open = other.open
  for (const part of one.querySelectorAll("details")) {
    part.open = other.querySelector<HTMLDetailsElement>(`details.${part.className}`)?.open ?? false
  }
}

interface Shown {
  readonly text: string
  readonly element: HTMLDetailsElement
}

let shown: ReadonlyMap<string, Shown> = new Map()

const showFound = (): void => {
  const term = element<HTMLInputElement>("filter").value.trim().toLowerCase()
  let found = 0
  for (const { element: one, text } of shown.values()) {
    one.hidden = !text.includes(term)
    found += one.hidden ? 0 : 1
  }
  const line = element("found")
  line.textContent = shown.size === 0 ? "None yet." : `${found} of ${shown.size} shown`
  line.hidden = shown.size > 0 && found === shown.size
}

/** Filters the list, and removes what has ended. */
export const startExecutions = (clear: () => unknown): void => {
  element("filter").addEventListener("input", showFound)
  element("clear").addEventListener("click", clear)
}

/** Shows executions, the last one first. What a person opened stays open, and the last one is. */
export const showExecutions = (records: ReadonlyArray<ExecutionRecord>, actions: ExecutionActions): void => {
  const before = shown
  shown = new Map(
    records.map((record, index) => {
      const text = JSON.stringify(record).toLowerCase()
      const known = before.get(record.id)
      if (known?.text === text) return [record.id, known]
      const made = executionOf(record, actions)
      if (known === undefined) made.open = index === 0
      else openAlike(made, known.element)
      return [record.id, { text, element: made }]
    })
  )
  const elements = [...shown.values()].map((one) => one.element)
  const into = element("executions")
  if (elements.some((one, at) => into.children[at] !== one) || into.children.length !== elements.length) {
    into.replaceChildren(...elements)
  }
  showFound()
}
