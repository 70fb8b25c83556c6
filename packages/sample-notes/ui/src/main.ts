import "@alga-psa/ui-kit/theme.css"
import "./page.css"
import { callHandlerJson, IframeBridge, subscribeTheme } from "@alga-psa/extension-iframe-sdk"
import { failureText, type Shown, stateText } from "./words.ts"

interface Note {
  readonly text: string
  readonly revision: number | null
}

const bridge = new IframeBridge()
const part = <A extends HTMLElement>(id: string) => document.getElementById(id) as A
const [client, text, save] = [
  part<HTMLSelectElement>("client"),
  part<HTMLTextAreaElement>("text"),
  part<HTMLButtonElement>("save")
]
const [said, state, hourly] = [part("said"), part("state"), part<HTMLInputElement>("hourly")]
let revision: number | null = null

/** Does something, and says in its place what went wrong. */
const doing = async (place: HTMLElement, work: () => Promise<void>) => {
  place.textContent = ""
  try {
    await work()
  } catch (error) {
    place.textContent = failureText(error)
  }
}

const showNote = (note: Note) => {
  revision = note.revision
  text.value = note.text
  text.disabled = save.disabled = false
}

const showState = (shown: Shown) => {
  state.textContent = stateText(shown)
  hourly.checked = shown.scheduled ?? hourly.checked
}

const openNote = () =>
  doing(said, async () => {
    text.disabled = save.disabled = true
    showNote((await callHandlerJson(bridge, `/api/notes/${client.value}`, { method: "GET" })) as Note)
  })

client.addEventListener("change", openNote)
save.addEventListener("click", () =>
  doing(said, async () => {
    const body = { text: text.value, revision }
    showNote((await callHandlerJson(bridge, `/api/notes/${client.value}`, { method: "PUT", body })) as Note)
    said.textContent = "Saved."
  })
)
part("check").addEventListener("click", () =>
  doing(state, async () => showState((await callHandlerJson(bridge, "/api/status", { method: "POST" })) as Shown))
)
hourly.addEventListener("change", () =>
  doing(state, async () => {
    const method = hourly.checked ? "PUT" : "DELETE"
    showState((await callHandlerJson(bridge, "/api/schedule", { method })) as Shown)
  })
)

void doing(said, async () => {
  const { items } = (await callHandlerJson(bridge, "/api/clients", { method: "GET" })) as {
    items: ReadonlyArray<{ clientId: string; clientName: string }>
  }
  client.replaceChildren(...items.map(({ clientId, clientName }) => new Option(clientName, clientId)))
  if (items.length > 0) await openNote()
})
void doing(state, async () => showState((await callHandlerJson(bridge, "/api/status", { method: "GET" })) as Shown))

subscribeTheme(bridge)
new ResizeObserver(() => {
  bridge.emitToHost("resize", { height: Math.ceil(document.body.getBoundingClientRect().height) })
}).observe(document.body)
bridge.ready()
