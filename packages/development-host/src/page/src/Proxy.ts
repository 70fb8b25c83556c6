/** Whose handler a page may call. Nothing that the page sends changes it. */
export interface ProxyTarget {
  readonly extensionId: string
  /** What proves the person who looks. It stays in the host page. */
  readonly session: string
}

/** What goes back to the page: the body of a good answer in base64, or why there is none. */
export type ProxyAnswer = { readonly body: string } | { readonly error: string }

/** The largest body, either way, in bytes: what the product's gateway takes. */
const mostBytes = 10_485_760
const longestRoute = 8_192
const longestError = 4_096
const patienceMs = 30_000
const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]

const refuse = (error: string): ProxyAnswer => ({ error })

/** The address of a route of this extension, or null where it would lead anywhere else. */
const addressOf = (extensionId: string, route: unknown): URL | null => {
  if (typeof route !== "string" || route === "" || route.length > longestRoute) return null
  const root = `/api/ext-proxy/${extensionId}/`
  const address = new URL(root + route.replace(/^\//, ""), location.origin)
  return address.origin === location.origin && address.pathname.startsWith(root) ? address : null
}

const fromBase64 = (text: string): Uint8Array<ArrayBuffer> | null => {
  try {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
  } catch {
    return null
  }
}

const toBase64 = (bytes: ArrayBuffer): Promise<string> =>
  new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,?/, ""))
    reader.onerror = () => reject(reader.error)
    reader.readAsDataURL(new Blob([bytes]))
  })

/**
 * Calls a route of the extension's own handler for the page. A missing method means POST; GET carries no body. Never
 * rejects: what cannot be done is an error text. A status beside 200 to 299 is `Proxy error {status}: {body}`.
 */
export const callProxy = async (
  { extensionId, session }: ProxyTarget,
  payload: Readonly<Record<string, unknown>>
): Promise<ProxyAnswer> => {
  const { body, route } = payload
  const method = String(payload["method"] ?? "POST").toUpperCase()
  const address = addressOf(extensionId, route)
  if (address === null) return refuse("Invalid route")
  if (!methods.includes(method)) return refuse("Unsupported method")
  const hasBody = body !== undefined && body !== null && body !== ""
  if (method === "GET" && hasBody) return refuse("GET requests cannot include a body")
  if (hasBody && (typeof body !== "string" || body.length > Math.ceil(mostBytes / 3) * 4)) return refuse("Invalid body")
  const bytes = hasBody ? fromBase64(body) : null
  if (hasBody && bytes === null) return refuse("Invalid body")
  try {
    const response = await fetch(address, {
      method,
      headers: {
        "x-alga-host-session": session,
        ...(bytes === null ? {} : { "content-type": "application/octet-stream" })
      },
      body: bytes,
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
      signal: AbortSignal.timeout(patienceMs)
    })
    if (!response.ok) return refuse(`Proxy error ${response.status}: ${(await response.text()).slice(0, longestError)}`)
    const answer = await response.arrayBuffer()
    return answer.byteLength > mostBytes ? refuse("The answer is too large") : { body: await toBase64(answer) }
  } catch {
    return refuse("The host could not be reached")
  }
}
