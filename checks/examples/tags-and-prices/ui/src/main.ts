import "./page.css"
import { callHandlerJson, IframeBridge } from "@alga-psa/extension-iframe-sdk"

interface Clients {
  readonly clients: ReadonlyArray<{ readonly clientName: string; readonly tags: ReadonlyArray<string> }>
  readonly next: string | null
  readonly totalCount: number
}

interface Prices {
  readonly services: ReadonlyArray<{
    readonly serviceName: string
    readonly prices: ReadonlyArray<{ readonly currencyCode: string; readonly rate: number }>
  }>
}

const bridge = new IframeBridge()
const find = <Element extends HTMLElement>(selector: string): Element => document.querySelector(selector) as Element
const [state, list, prices] = [find("#state"), find("ul"), find("dl")]
const [more, every] = [find<HTMLButtonElement>("#more"), find<HTMLButtonElement>("#every")]

const element = (name: string, ...content: ReadonlyArray<string | Node>): HTMLElement => {
  const made = document.createElement(name)
  made.append(...content)
  return made
}

const money = (minor: number, currency: string) =>
  new Intl.NumberFormat("en", { style: "currency", currency }).format(minor / 100)

const tagButton = (tag: string): HTMLElement => {
  const button = element("button", tag)
  button.title = `Clients with the tag ${tag}`
  button.onclick = () => void show(tag, null)
  return button
}

const question = (tag: string | null, after: string | null) =>
  new URLSearchParams({ pageSize: "5", ...(tag === null ? {} : { tag }), ...(after === null ? {} : { after }) })

let newest = 0

/** Shows the clients with a tag, or all; behind a cursor it adds to those that are shown. */
const show = async (tag: string | null, after: string | null): Promise<void> => {
  newest += 1
  const asked = newest
  try {
    const found = (await callHandlerJson(bridge, `/api/clients?${question(tag, after)}`, { method: "GET" })) as Clients
    // Another question was asked meanwhile, and may have been answered.
    if (asked !== newest) return
    const items = found.clients.map(({ clientName, tags }) => element("li", `${clientName} `, ...tags.map(tagButton)))
    if (after === null) list.replaceChildren(...items)
    else list.append(...items)
    state.textContent = `${list.childElementCount} of ${found.totalCount}${tag === null ? "" : ` with ${tag}`}`
    more.hidden = found.next === null
    more.onclick = () => void show(tag, found.next)
    every.hidden = tag === null
  } catch {
    if (asked === newest) state.textContent = "The clients cannot be shown."
  }
}

const showPrices = async (): Promise<void> => {
  try {
    const { services } = (await callHandlerJson(bridge, "/api/prices", { method: "GET" })) as Prices
    for (const { prices: each, serviceName } of services) {
      const texts = each.map(({ currencyCode, rate }) => money(rate, currencyCode))
      prices.append(element("dt", serviceName), element("dd", texts.join(", ")))
    }
  } catch {
    prices.replaceChildren(element("dd", "The prices cannot be shown."))
  }
}

every.onclick = () => void show(null, null)
new ResizeObserver(() => {
  bridge.emitToHost("resize", { height: Math.ceil(document.body.getBoundingClientRect().height) })
}).observe(document.body)
bridge.ready()
await Promise.all([show(null, null), showPrices()])
