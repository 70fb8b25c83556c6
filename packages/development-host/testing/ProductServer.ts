import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { buffer } from "node:stream/consumers"

/** An extension's page, as a page of the product frames it. */
export interface ProductPage {
  /** The path of the product's page, such as `/msp/sample`. */
  readonly path: string
  readonly extension: string
  /** The address of the frame, given the product's own origin. */
  readonly frame: (origin: string) => string
  /** Whether the frame is told the theme, as it is on a domain of its own. */
  readonly tellsTheme: boolean
}

/** Where the product's server sends what it does not answer itself. */
export interface Behind {
  /** Origins of the runners, which are asked in turn. */
  readonly runners: ReadonlyArray<string>
  readonly pages: ReadonlyArray<ProductPage>
  /** What the gateway makes of a page's request. */
  readonly gateway: (extension: string, request: GatewayRequest) => Promise<{ status: number; body: Buffer }>
}

/** A request of a page, as it reaches the gateway. */
export interface GatewayRequest {
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** The product's server, as far as pages of extensions are concerned. */
export interface ProductServer {
  readonly origin: string
  /** Tells it what is behind. Nothing is served before. */
  readonly put: (behind: Behind) => void
  /** The requests that its proxy sent to runners, as `GET 0 /ext-ui/…` with the runner's number. */
  readonly proxied: Array<string>
  readonly close: () => Promise<void>
}

/** What the product's proxy hands on of a request, and nothing else. */
const handedOn = [
  "accept",
  "accept-encoding",
  "accept-language",
  "if-modified-since",
  "if-none-match",
  "range",
  "user-agent"
]

/** What both of the product's pages do with messages. */
const bridge = `
const { extension, tellsTheme } = JSON.parse(document.getElementById("settings").textContent)
const frame = document.getElementById("page")
const { origin } = new URL(frame.src)
let theme = { "--alga-bg": "#fefefa", "--alga-fg": "#073642" }
let ready = false
const heard = (globalThis.heard = [])
const send = (message) => frame.contentWindow.postMessage({ alga: true, version: "1", ...message }, origin)
const tell = () => tellsTheme && ready && send({ type: "theme", payload: theme })
globalThis.say = send
globalThis.setTheme = (next) => {
  theme = next
  tell()
}
const toBytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
const toText = (bytes) => btoa(Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join(""))
const proxy = async ({ body, method = "POST", route }) => {
  const sent = body === undefined ? {} : { body: toBytes(body), headers: { "content-type": "application/octet-stream" } }
  const response = await fetch("/api/ext-proxy/" + extension + route, { method, ...sent })
  if (!response.ok) return { error: "Proxy error " + response.status + ": " + (await response.text()) }
  return { body: toText(await response.arrayBuffer()) }
}
addEventListener("message", async ({ data, origin: from, source }) => {
  if (source !== frame.contentWindow || from !== origin) return
  if (data?.alga !== true || data.version !== "1") return
  heard.push(data.type)
  if (data.type === "ready") {
    ready = true
    tell()
  }
  if (data.type === "resize") frame.style.height = Math.min(4000, Math.max(100, data.payload.height)) + "px"
  if (data.type === "apiproxy") {
    send({ type: "apiproxy_response", request_id: data.request_id, payload: await proxy(data.payload) })
  }
})`

const document = ({ extension, frame, tellsTheme }: ProductPage, origin: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>The product</title><link rel="icon" href="data:,">
<script id="settings" type="application/json">${JSON.stringify({ extension, tellsTheme })}</script></head>
<body><iframe id="page" title="extension" style="width: 100%; border: 0"
  sandbox="allow-scripts allow-forms allow-popups allow-same-origin"
  src="${frame(origin).replaceAll("&", "&amp;")}"></iframe><script>${bridge}</script></body></html>`

/**
 * Starts a stand-in for the product's server on the loopback address: its two pages around an extension's page, its proxy at
 * `/runner`, which follows redirects itself, and its gateway for pages.
 */
export const startProductServer = async (): Promise<ProductServer> => {
  let behind: Behind | null = null
  let turn = 0
  const proxied: Array<string> = []

  const proxy = async (request: IncomingMessage, response: ServerResponse, path: string, { runners }: Behind) => {
    const headers = handedOn.flatMap((name) => {
      const value = request.headers[name]
      return typeof value === "string" ? [[name, value] as const] : []
    })
    const runner = turn++ % runners.length
    proxied.push(`${request.method} ${runner} ${path}`)
    const answer = await fetch(`${runners[runner]}${path}`, {
      method: request.method ?? "GET",
      headers: Object.fromEntries(headers)
    })
    response.writeHead(answer.status, Object.fromEntries(answer.headers))
    response.end(Buffer.from(await answer.arrayBuffer()))
  }

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { pathname, search, searchParams } = new URL(request.url ?? "/", origin)
    const page = behind?.pages.find(({ path }) => path === pathname)
    const [, extension, path] = /^\/api\/ext-proxy\/([^/]+)(\/.*)$/.exec(pathname) ?? []
    if (behind === null) return response.writeHead(503).end()
    if (page !== undefined) return response.setHeader("content-type", "text/html").end(document(page, origin))
    if (pathname.startsWith("/runner/")) return proxy(request, response, pathname.slice(7) + search, behind)
    if (extension === undefined || path === undefined) return response.writeHead(404).end()
    const body = await buffer(request)
    const query = Object.fromEntries(searchParams)
    const answered = await behind.gateway(extension, { method: request.method ?? "GET", path, query, body })
    return response.writeHead(answered.status).end(answered.body)
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.writeHead(502).end())
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    origin,
    put: (next) => {
      behind = next
    },
    proxied,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
  }
}
