import { getClient, listClients } from "alga:extension/clients"
import { getContext } from "alga:extension/context"
import { logInfo } from "alga:extension/logging"
import { listServices } from "alga:extension/services"
import { get } from "alga:extension/storage"
import { getUser } from "alga:extension/user"
import { getUser as getUser2 } from "alga:extension/user-v2"

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
    clients: attempt(() => listClients({ search: "a", includeInactive: undefined, page: 1, pageSize: 2 })),
    client: attempt(() => getClient("c")),
    services: attempt(() =>
      listServices({
        search: undefined,
        itemKind: undefined,
        isActive: undefined,
        billingMethod: undefined,
        page: undefined,
        pageSize: 2
      })
    ),
    second: attempt(getUser2)
  }
  return { status: 200, headers: [], body: new Uint8Array([...JSON.stringify(answer)].map((c) => c.charCodeAt(0))) }
}
