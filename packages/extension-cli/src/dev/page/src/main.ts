import "@alga-psa/ext-development-host/page/src/host.css"
import "./dev.css"
import { startHost } from "@alga-psa/ext-development-host/page/src/Host"
import type { Bench, BuildState } from "../../Bench.ts"
import { element, make } from "./elements.ts"
import { showExecutions } from "./executions.ts"
import { showWorld } from "./world.ts"

const settings = startHost()
const headers = { "x-alga-host-session": settings.session }

const post = (what: "bench" | "storage" | "run", body: object) =>
  fetch(`/dev/${what}`, { method: "POST", headers, body: JSON.stringify(body) })

const change = (body: object) => post("bench", body)

const viewer = element<HTMLSelectElement>("viewer")
viewer.addEventListener("change", () => change({ viewer: viewer.value }))

const grants = element("grants")
grants.addEventListener("change", () => {
  const granted = [...grants.querySelectorAll<HTMLInputElement>("input:checked")].map(({ value }) => value)
  change({ granted })
})

const showBuild = (build: BuildState) => {
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
        ? "The build failed; the last good one still runs."
        : `Ready in ${build.milliseconds} ms.`
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

let revision: number | null = null
new EventSource(`/dev/events?session=${encodeURIComponent(settings.session)}`).addEventListener(
  "message",
  ({ data }) => {
    const bench: Bench = JSON.parse(data)
    const first = revision === null
    if (!first && bench.revision !== revision) return location.reload()
    if (first) showChoices(bench)
    revision = bench.revision
    element("name").textContent = bench.name
    showBuild(bench.build)
    showWorld(element("world"), bench.world, {
      store: (namespace, key, text) => post("storage", { namespace, key, text }),
      run: (schedule) => post("run", { schedule })
    })
    showExecutions(element("executions"), bench.executions)
  }
)

const path = element<HTMLInputElement>("path")
const method = element<HTMLSelectElement>("method")
const body = element<HTMLTextAreaElement>("body")
const answer = element("answer")

const send = async () => {
  answer.textContent = "…"
  const address = new URL(path.value.replace(/^\/*/, `/api/ext-proxy/${settings.extensionId}/`), location.origin)
  const sent = method.value === "GET" || body.value === "" ? null : body.value
  try {
    const response = await fetch(address, { method: method.value, headers, body: sent })
    const text = await response.text()
    answer.textContent = `${response.status}\n${text}`
  } catch {
    answer.textContent = "The development server did not answer."
  }
}
element("send").addEventListener("click", send)
path.addEventListener("keydown", ({ key }) => {
  if (key === "Enter") send()
})
