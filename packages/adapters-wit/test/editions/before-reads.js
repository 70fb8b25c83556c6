import { getContext } from "alga:extension/context"
import { logInfo } from "alga:extension/logging"
import { get } from "alga:extension/storage"
import { getUser } from "alga:extension/user"

const attempt = (run) => {
  try {
    return run()
  } catch (failure) {
    return { error: failure.payload ?? failure }
  }
}
export function handler({ http }) {
  logInfo(`asked for ${http.url}`)
  const answer = { tenant: getContext().tenantId, stored: attempt(() => get("space", "key")), user: attempt(getUser) }
  return { status: 200, headers: [], body: new Uint8Array([...JSON.stringify(answer)].map((c) => c.charCodeAt(0))) }
}
