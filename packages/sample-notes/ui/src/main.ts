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
/** How many notes were opened. */
let opened = 0

/** Does one thing after the other, so that no late answer undoes a newer one, and says in its place what went wrong. */
const doingIn = (place: HTMLElement) => {
  let before = Promise.resolve()
  return (work: () => Promise<void>): Promise<void> => {
    before = before.then(async () => {
      place.textContent = ""
      await work().catch((error) => {
        place.textContent = failureText(error)
      })
    })
    return before
  }
}
const [withNote, withService] = [doingIn(said), doingIn(state)]

const showState = (shown: Shown) => {
  state.textContent = stateText(shown)
  hourly.checked = shown.scheduled ?? hourly.checked
}

const openNote = () => {
  text.disabled = save.disabled = true
  const [mine, of] = [++opened, client.value]
  return withNote(async () => {
    const note = (await callHandlerJson(bridge, `/api/notes/${of}`, { method: "GET" })) as Note
    // Another one was chosen meanwhile, and comes next.
    if (mine !== opened) return
    revision = note.revision
    text.value = note.text
    text.disabled = save.disabled = false
  })
}

client.addEventListener("change", openNote)
save.addEventListener("click", () => {
  const [of, written] = [client.value, text.value]
  return withNote(async () => {
    const body = { text: written, revision }
    const note = (await callHandlerJson(bridge, `/api/notes/${of}`, { method: "PUT", body })) as Note
    revision = note.revision
    said.textContent = "Saved."
  })
})
part("check").addEventListener("click", () =>
  withService(async () => showState((await callHandlerJson(bridge, "/api/status", { method: "POST" })) as Shown))
)
hourly.addEventListener("change", () => {
  const method = hourly.checked ? "PUT" : "DELETE"
  return withService(async () => showState((await callHandlerJson(bridge, "/api/schedule", { method })) as Shown))
})

void withNote(async () => {
  const { items } = (await callHandlerJson(bridge, "/api/clients", { method: "GET" })) as {
    items: ReadonlyArray<{ clientId: string; clientName: string }>
  }
  client.replaceChildren(...items.map(({ clientId, clientName }) => new Option(clientName, clientId)))
  if (items.length > 0) void openNote()
})
void withService(async () => showState((await callHandlerJson(bridge, "/api/status", { method: "GET" })) as Shown))

subscribeTheme(bridge)
new ResizeObserver(() => {
  bridge.emitToHost("resize", { height: Math.ceil(document.body.getBoundingClientRect().height) })
}).observe(document.body)
bridge.ready()
