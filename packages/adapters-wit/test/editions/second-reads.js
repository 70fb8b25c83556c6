import { getClients, listClients } from "alga:extension/clients-v2"
import { getContext } from "alga:extension/context"
import { logInfo } from "alga:extension/logging"
import { getServices, listServices } from "alga:extension/services-v2"
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
  const answer = {
    tenant: getContext().tenantId,
    stored: attempt(() => get("space", "key")),
    user: attempt(getUser),
    clients: attempt(() =>
      listClients({
        search: undefined,
        includeInactive: undefined,
        tags: undefined,
        pageSize: 2,
        after: undefined,
        withTotal: undefined
      })
    ),
    many: attempt(() => getClients(["c"])),
    services: attempt(() =>
      listServices({
        search: undefined,
        itemKind: undefined,
        isActive: undefined,
        billingMethod: undefined,
        pageSize: 2,
        after: undefined,
        withTotal: undefined
      })
    ),
    some: attempt(() => getServices(["s"]))
  }
  return { status: 200, headers: [], body: new Uint8Array([...JSON.stringify(answer)].map((c) => c.charCodeAt(0))) }
}
