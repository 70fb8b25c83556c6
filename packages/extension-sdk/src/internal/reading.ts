import { type AllOptions, allPages } from "../AllPages.ts"
import type { ClientsHost } from "../Clients.ts"
import type { ServicesHost } from "../Services.ts"

const split = <Input extends AllOptions>({ maxCalls, ...filter }: Input) => [filter, { maxCalls }] as const

/** `clients.all` over any `clients.list`. */
export const allClients =
  (list: ClientsHost["list"]): ClientsHost["all"] =>
  (input = {}) => {
    const [filter, options] = split(input)
    return allPages(
      "clients.all",
      (page) => list({ ...filter, ...page }),
      ({ clientId }) => clientId,
      options
    )
  }

/** `services.all` over any `services.list`. */
export const allServices =
  (list: ServicesHost["list"]): ServicesHost["all"] =>
  (input = {}) => {
    const [filter, options] = split(input)
    return allPages(
      "services.all",
      (page) => list({ ...filter, ...page }),
      ({ serviceId }) => serviceId,
      options
    )
  }
