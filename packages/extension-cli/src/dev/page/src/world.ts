import type { BenchWorld, DraftRecord, ScheduleRecord, StoredRecord } from "../../Bench.ts"
import { button, make } from "./elements.ts"
import { table } from "./executions.ts"

/** What a person can do to what the extension left. */
export interface WorldActions {
  /** Stores a text, or deletes where it is null. */
  readonly store: (namespace: string, key: string, text: string | null) => unknown
  readonly run: (schedule: string) => unknown
}

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`

const storedEntry = ({ bytes, key, namespace, revision, text }: StoredRecord, { store }: WorldActions) => {
  const size = make("span", "size", `${counted(bytes, "byte", "bytes")}, revision ${revision}`)
  const summary = make("summary", "", make("code", "", `${namespace} / ${key}`), size)
  const remove = button("Delete", () => store(namespace, key, null))
  if (text === null) return make("details", "stored", summary, make("p", "empty", "No text, or too long."), remove)
  const area = Object.assign(make("textarea", ""), { rows: 3, value: text, spellcheck: false })
  area.setAttribute("aria-label", `${namespace} / ${key}`)
  const save = button("Save", () => {
    area.defaultValue = area.value
    store(namespace, key, area.value)
  })
  area.defaultValue = text
  return make("details", "stored", summary, area, make("div", "line", save, remove))
}

const storage = ({ stored, storedMore }: BenchWorld, actions: WorldActions): ReadonlyArray<Node> => [
  ...stored.map((entry) =>
    Object.assign(storedEntry(entry, actions), { id: `stored-${JSON.stringify([entry.namespace, entry.key])}` })
  ),
  ...(storedMore === 0 ? [] : [make("p", "empty", `${storedMore} more`)])
]

const scheduleRow = ({ cron, enabled, endpoint, id, lastRun, name, timezone }: ScheduleRecord, { run }: WorldActions) =>
  make(
    "tr",
    "",
    make("td", "", make("code", "", endpoint), ...(name === null ? [] : [make("span", "why", name)])),
    make("td", "", make("code", "", cron), make("span", "why", enabled ? timezone : `${timezone}, off`)),
    make("td", "", lastRun ?? "never"),
    make(
      "td",
      "number",
      button("Run now", () => run(id))
    )
  )

const money = new Intl.NumberFormat("en", { minimumFractionDigits: 2 })

const draftRow = ({ client, items, number, total }: DraftRecord) =>
  make(
    "tr",
    "",
    make("td", "", number),
    make("td", "args", make("code", "", client)),
    make("td", "number", String(items)),
    make("td", "number", money.format(total / 100))
  )

const part = (title: string, ...content: ReadonlyArray<Node>) => {
  const made = make("section", "part", make("h2", "", title), ...content)
  made.setAttribute("aria-label", title)
  return made
}

const isEdited = (into: HTMLElement): boolean =>
  [...into.querySelectorAll("textarea")].some(({ defaultValue, value }) => defaultValue !== value)

let shown = ""

/** Shows what the extension left in the host. What a person opened stays open, and what they are writing stays as it is. */
export const showWorld = (into: HTMLElement, world: BenchWorld, actions: WorldActions): void => {
  const next = JSON.stringify(world)
  if (next === shown || isEdited(into)) return
  shown = next
  const open = new Set([...into.querySelectorAll<HTMLDetailsElement>("details[open]")].map(({ id }) => id))
  const parts: Array<Node> = []
  if (world.stored.length > 0) parts.push(part("Storage", ...storage(world, actions)))
  if (world.schedules.length > 0) {
    const rows = world.schedules.map((one) => scheduleRow(one, actions))
    parts.push(part("Schedules", table(["Endpoint", "When", "Last run", "Run"], rows)))
  }
  if (world.drafts.length > 0) {
    parts.push(part("Invoices", table(["Draft", "Client", "Items", "Total"], world.drafts.map(draftRow))))
  }
  into.replaceChildren(...parts)
  for (const details of into.querySelectorAll("details")) details.open = open.has(details.id)
}
