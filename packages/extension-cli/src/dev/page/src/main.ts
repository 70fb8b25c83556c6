import "@alga-psa/ext-development-host/page/src/host.css"
import "./dev.css"
import { startHost } from "@alga-psa/ext-development-host/page/src/Host"
import type { Bench } from "../../Bench.ts"
import { startDataEditor } from "./dataEditor.ts"
import { element, make } from "./elements.ts"
import { showExecutions, startExecutions } from "./executions.ts"
import { startRequestForm } from "./requestForm.ts"
import { seconds } from "./seconds.ts"
import { showWorld } from "./world.ts"

const settings = startHost()
const headers = { "x-alga-host-session": settings.session }

type Asked = "bench" | "rows" | "row" | "reset" | "storage" | "run" | "send" | "resend" | "keep" | "compare" | "clear"

const post = (what: Asked, body: object) =>
  fetch(`/dev/${what}`, { method: "POST", headers, body: JSON.stringify(body) })

const change = (body: object) => post("bench", body)

const form = startRequestForm(settings, (request) => post("send", request))
startExecutions(() => post("clear", {}))
startDataEditor({
  list: async (kind, search, page) => (await post("rows", { kind, search, page })).json(),
  save: async (kind, id, fields) => (await post("row", { kind, id, fields })).json(),
  reset: () => post("reset", {}),
  changed: () => {
    const frame = element<HTMLIFrameElement>("page")
    if (settings.frame !== null) frame.setAttribute("src", frame.src)
  }
})

/** Stands where the extension's page would be, once it is known that there is none. */
const noPage = make("p", "no-page", "No page yet: write ", make("code", "", "ui/index.html"), ".")
noPage.hidden = true
element("page").after(noPage)
document.body.classList.toggle("pageless", settings.frame === null)

const viewer = element<HTMLSelectElement>("viewer")
viewer.addEventListener("change", () => change({ viewer: viewer.value }))

const grants = element("grants")
grants.addEventListener("change", () => {
  const granted = [...grants.querySelectorAll<HTMLInputElement>("input:checked")].map(({ value }) => value)
  change({ granted })
})

const showBuild = ({ build, revision }: Bench) => {
  const line = element("build")
  const problems = element("problems")
  const lines =
    build.status === "failed"
      ? build.problems.map(({ message, where }) => make("li", "", make("code", "", where), ` ${message}`))
      : build.status === "ready"
        ? build.notes.map((note) => make("li", "note", note))
        : []
  line.textContent =
    build.status === "building"
      ? "Building…"
      : build.status === "failed"
        ? `The build failed; ${revision === 0 ? "nothing runs yet" : "the last good one still runs"}.`
        : `Ready in ${seconds(build.milliseconds)}.`
  line.className = build.status
  problems.replaceChildren(...lines)
  problems.hidden = lines.length === 0
}

const showChoices = ({ capabilities, viewer: chosen, viewers }: Bench) => {
  viewer.replaceChildren(
    ...viewers.map(({ label, name }) =>
      Object.assign(make("option", "", label), { value: name, selected: name === chosen })
    )
  )
  grants.replaceChildren(
    ...capabilities.map(({ granted, name, note }) => {
      const box = Object.assign(make("input", ""), { type: "checkbox", value: name, checked: granted })
      const marks = note === null ? [] : [make("span", "mark", note)]
      return make("label", "check", box, make("code", "", name), ...marks)
    })
  )
  if (capabilities.length === 0) grants.append(make("p", "empty", "The manifest declares no capability."))
}

/** That of this document: what was built or chosen since then is not in it, even where the first event tells of it. */
const revision = Number(element("panel").dataset["revision"])
let isFirst = true
new EventSource(`/dev/events?session=${encodeURIComponent(settings.session)}`).addEventListener(
  "message",
  ({ data }) => {
    const bench: Bench = JSON.parse(data)
    if (bench.revision !== revision) return location.reload()
    if (isFirst) showChoices(bench)
    isFirst = false
    element("name").textContent = bench.name
    showBuild(bench)
    form.offer(bench.endpoints)
    noPage.hidden = settings.frame !== null || bench.revision === 0
    showWorld(element("world"), bench.world, {
      store: (namespace, key, text) => post("storage", { namespace, key, text }),
      run: (schedule) => post("run", { schedule })
    })
    showExecutions(bench.executions, {
      compare: bench.inNode
        ? async (execution) => {
            const response = await post("compare", { execution })
            return response.ok ? response.json() : null
          }
        : null,
      resend: (execution) => post("resend", { execution }),
      keep: async (execution) => {
        const response = await post("keep", { execution })
        return response.ok ? response.json() : { file: null, error: "the execution is not known any more" }
      }
    })
  }
)
