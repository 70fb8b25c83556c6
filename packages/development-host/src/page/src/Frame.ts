import { envelope, type HostMessage, readMessage } from "./Messages.ts"
import { callProxy, type ProxyTarget } from "./Proxy.ts"

/** What a frame needs to know. */
export interface FrameOptions {
  /** An element of this document, without a page as yet. */
  readonly frame: HTMLIFrameElement
  /** The address of the page. Only messages of its origin count. */
  readonly address: string
  readonly target: ProxyTarget
  /** The theme, if the page gets messages about it; otherwise null. */
  readonly themeTokens: () => Readonly<Record<string, string>> | null
}

/** A page in its frame. */
export interface ConnectedFrame {
  /** Tells the page the theme, where it shall be told. */
  readonly refresh: () => void
}

const heights = { least: 100, most: 4_000 }
/** More calls at the same time than any page needs are refused. */
const mostPending = 64

/**
 * Shows an extension's page and takes its messages as the product does: `ready`, `apiproxy` with what the extension's own
 * handler says, and `resize`. `ready` is answered by the theme or, as on the product's own origin, by nothing.
 *
 * The page runs sandboxed, in an origin that is not this one. A message counts when it comes from the frame's own window
 * and from that origin; all others, other versions and unknown types get nothing, not even an error.
 */
export const connectFrame = (options: FrameOptions): ConnectedFrame => {
  const { frame, target, themeTokens } = options
  const parent = encodeURIComponent(location.origin)
  const address = new URL(options.address)
  const { origin } = address
  if (origin === location.origin) throw new Error("the page must not have the origin of its host")
  let ready = false
  let pending = 0

  const send = (message: HostMessage, requestId: string | null) =>
    frame.contentWindow?.postMessage(envelope(message, requestId), origin)

  const tellTheme = () => {
    const payload = themeTokens()
    if (ready && payload !== null) send({ type: "theme", payload }, null)
  }

  const proxy = async (payload: Readonly<Record<string, unknown>>, requestId: string) => {
    if (pending >= mostPending) {
      return send({ type: "apiproxy_response", payload: { error: "Too many requests at the same time" } }, requestId)
    }
    pending += 1
    const answer = await callProxy(target, payload)
    pending -= 1
    send({ type: "apiproxy_response", payload: answer }, requestId)
  }

  window.addEventListener("message", (event) => {
    if (event.source !== frame.contentWindow || event.origin !== origin) return
    const message = readMessage(event.data)
    if (message === null) return
    switch (message.type) {
      case "ready":
        ready = true
        return tellTheme()
      case "apiproxy":
        return void proxy(message.payload, message.requestId)
      case "resize":
        frame.style.height = `${Math.min(heights.most, Math.max(heights.least, Math.ceil(message.height)))}px`
        return
    }
  })

  // Without forms no page would hear "submit"; where they lead, its Content-Security-Policy says: nowhere.
  frame.setAttribute("sandbox", "allow-scripts allow-forms allow-same-origin")
  frame.referrerPolicy = "no-referrer"
  frame.src = `${address.href}${address.search === "" ? "?" : "&"}parentOrigin=${parent}`
  return { refresh: tellTheme }
}
