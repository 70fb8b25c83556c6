import type { DataPage, DataRow, DataSaved, RowKind } from "../../Bench.ts"
import { button, element, make } from "./elements.ts"

type Field = readonly [name: string, as: "text" | "number" | "flag" | ReadonlyArray<string>]

const rowsOfPage = 20

const noAnswer = "The development server did not answer."

/** The fields of each kind, the name first. */
const fieldsOf: Readonly<Record<RowKind, ReadonlyArray<Field>>> = {
  clients: [
    ["clientName", "text"],
    ["clientType", ["company", "individual"]],
    ["isInactive", "flag"],
    ["defaultCurrencyCode", "text"],
    ["billingEmail", "text"]
  ],
  services: [
    ["serviceName", "text"],
    ["description", "text"],
    ["itemKind", ["service", "product"]],
    ["billingMethod", ["fixed", "hourly", "usage"]],
    ["defaultRate", "number"],
    ["unitOfMeasure", "text"],
    ["isActive", "flag"],
    ["sku", "text"]
  ]
}

/** What a person can do with the tenant's records. */
export interface DataActions {
  readonly list: (kind: RowKind, search: string, page: number) => Promise<DataPage>
  readonly save: (kind: RowKind, id: string | null, fields: object) => Promise<DataSaved>
  readonly reset: () => Promise<unknown>
  /** Reloads the extension's page. */
  readonly changed: () => void
}

type Control = HTMLInputElement | HTMLSelectElement

const controlOf = ([name, as]: Field, row: DataRow | null): Control => {
  const value = row?.fields[name] ?? null
  if (typeof as === "object") {
    const select = make("select", "", ...as.map((one) => make("option", "", one)))
    // The seed has values that an extension never sees.
    if (typeof value === "string" && !as.includes(value)) select.append(make("option", "", value))
    if (row !== null) select.value = String(value)
    return select
  }
  const input = make("input", "")
  if (as === "flag") {
    input.type = "checkbox"
    input.checked = row === null ? name === "isActive" : value === true
  } else {
    input.inputMode = as === "number" ? "numeric" : "text"
    input.value = value === null ? "" : String(value)
  }
  return input
}

/** What a control holds; nothing where it is left empty, which stands for the default. */
const heldBy = ([, as]: Field, control: Control): string | number | boolean | undefined => {
  if (as === "flag") return (control as HTMLInputElement).checked
  if (control.value === "") return undefined
  return as === "number" && !Number.isNaN(Number(control.value)) ? Number(control.value) : control.value
}

/** The part of the panel that shows the tenant's clients and services, and changes them. It asks for them once it is opened. */
export const startDataEditor = ({ changed, list, reset, save }: DataActions): void => {
  const [details, kind] = [element<HTMLDetailsElement>("data"), element<HTMLSelectElement>("kind")]
  const [search, into] = [element<HTMLInputElement>("named"), element("rows")]
  let page = 1
  let asked = 0
  const kindNow = (): RowKind => (kind.value === "services" ? "services" : "clients")

  const showForm = (of: RowKind, row: DataRow | null) => {
    asked++
    const controls = fieldsOf[of].map((field) => ({ field, control: controlOf(field, row) }))
    const problem = make("p", "broken")
    problem.role = "status"
    const form = make(
      "form",
      "row",
      ...controls.map(({ control, field: [name, as] }) =>
        make("label", as === "flag" ? "flag" : "", make("code", "", name), control)
      ),
      problem,
      make(
        "div",
        "line",
        Object.assign(make("button", "", "Save"), { type: "submit" }),
        button("Cancel", () => show())
      )
    )
    form.addEventListener("submit", async (event) => {
      event.preventDefault()
      const fields = Object.fromEntries(controls.map(({ control, field }) => [field[0], heldBy(field, control)]))
      const { error } = await save(of, row?.id ?? null, fields).catch(() => ({ error: noAnswer }))
      problem.textContent = error ?? ""
      if (error !== null) return
      changed()
      await showAfter(form)
    })
    into.replaceChildren(form)
    controls[0]?.control.focus()
  }

  const rowButton = (of: RowKind, row: DataRow): HTMLElement => {
    const [name = ""] = fieldsOf[of][0] ?? []
    const isOff = row.fields["isInactive"] === true || row.fields["isActive"] === false
    const opens = button(String(row.fields[name]), () => showForm(of, row))
    return make("li", "", opens, ...(isOff ? [make("span", "mark", "inactive")] : []))
  }

  const show = async (): Promise<void> => {
    const [of, now] = [kindNow(), ++asked]
    const found = await list(of, search.value, page).catch(() => null)
    if (now !== asked) return
    if (found === null) return into.replaceChildren(noAnswer)
    const pages = Math.max(1, Math.ceil(found.total / rowsOfPage))
    if (page > pages) {
      page = pages
      return show()
    }
    const turn = (by: number, label: string) =>
      Object.assign(
        button(label, () => {
          page += by
          show()
        }),
        { disabled: page + by < 1 || page + by > pages }
      )
    const resets = button("Reset all", async () => {
      await reset().catch(() => null)
      changed()
      await showAfter(null)
    })
    into.replaceChildren(
      found.rows.length === 0
        ? make("p", "empty", "None.")
        : make("ul", "rows", ...found.rows.map((row) => rowButton(of, row))),
      make(
        "div",
        "line pages",
        ...(pages > 1 ? [turn(-1, "Back"), make("span", "empty", `${page} of ${pages}`), turn(1, "Next")] : []),
        button("Add", () => showForm(of, null)),
        Object.assign(resets, { disabled: !found.changed })
      )
    )
  }

  /** Lists anew after a change, by this form where it was one. A record that was opened meanwhile stays. */
  const showAfter = async (done: HTMLFormElement | null): Promise<void> => {
    const form = into.querySelector("form")
    if (form === null || form === done) await show()
  }

  const anew = () => {
    page = 1
    show()
  }
  kind.addEventListener("change", anew)
  search.addEventListener("input", anew)
  details.addEventListener("toggle", () => {
    if (details.open) show()
  })
}
