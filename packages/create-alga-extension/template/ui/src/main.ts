import "./page.css"
import { callHandlerJson, IframeBridge, subscribeTheme } from "@alga-psa/extension-iframe-sdk"
import { failureText } from "./failureText.ts"
import { followTheme } from "./followTheme.ts"

/** One page of a list, as `src/handler.ts` answers it. */
interface Page {
  readonly items: ReadonlyArray<Readonly<Record<string, unknown>>>
  readonly totalCount: number
}

const bridge = new IframeBridge()
const form = document.querySelector("form") as HTMLFormElement
const search = document.querySelector("#search") as HTMLInputElement

let round = 0

/** Asks the extension's own handler for a list, and shows the answer in its section. An answer of an older round is dropped. */
const show = async (section: HTMLElement, mine: number): Promise<void> => {
  const { list = "", name = "" } = section.dataset
  const state = section.querySelector("[role=status]") as HTMLElement
  const names = section.querySelector("ul") as HTMLElement
  try {
    const query = new URLSearchParams({ search: search.value })
    const { items, totalCount } = (await callHandlerJson(bridge, `/api/${list}?${query}`)) as Page
    if (mine !== round) return
    names.replaceChildren(
      ...items.map((item) => {
        const entry = document.createElement("li")
        entry.textContent = String(item[name])
        return entry
      })
    )
    state.textContent = totalCount === 0 ? "Nothing was found." : `${items.length} of ${totalCount}`
  } catch (error) {
    if (mine !== round) return
    names.replaceChildren()
    state.textContent = failureText(error)
  }
}

const showAll = () => {
  round++
  for (const section of document.querySelectorAll("section")) void show(section, round)
}

form.addEventListener("submit", (event) => {
  event.preventDefault()
  showAll()
})

// The page draws at once: a host may send a theme later, or never.
followTheme()
subscribeTheme(bridge)
bridge.on(followTheme)
showAll()

new ResizeObserver(() => {
  bridge.emitToHost("resize", { height: Math.ceil(document.body.getBoundingClientRect().height) })
}).observe(document.body)
bridge.ready()
