import {
  defineHandler,
  errorResponse,
  type HostBindings,
  isHostError,
  isRequestError,
  jsonResponse,
  parseRequestUrl,
  type QueryParameters,
  serviceBillingMethods,
  serviceItemKinds
} from "@alga-psa/ext-extension-sdk"

type Endpoint = (host: HostBindings, query: QueryParameters) => Promise<unknown>

const listClients: Endpoint = (host, query) =>
  host.clients.list({
    search: query.text("search"),
    includeInactive: query.flag("includeInactive"),
    page: query.number("page"),
    pageSize: query.number("pageSize")
  })

const listServices: Endpoint = (host, query) =>
  host.services.list({
    search: query.text("search"),
    itemKind: query.oneOf("itemKind", serviceItemKinds),
    isActive: query.flag("isActive"),
    billingMethod: query.oneOf("billingMethod", serviceBillingMethods),
    page: query.number("page"),
    pageSize: query.number("pageSize")
  })

/** Services are null where the install was not granted them. Where the host does not say, the call tells. */
const overview: Endpoint = async (host) => {
  const isWithout = host.granted("cap:service.read") === false
  const [clients, services] = await Promise.all([host.clients.list(), isWithout ? null : host.services.list()])
  const [client, service] = [clients.items[0], services?.items[0]]
  const [firstClient, firstService] = await Promise.all([
    client ? host.clients.get(client.clientId) : null,
    service ? host.services.get(service.serviceId) : null
  ])
  return { clients, services, firstClient, firstService }
}

const endpointOf = ([root, name, id, ...rest]: ReadonlyArray<string>): Endpoint | null => {
  if (root !== "api" || rest.length > 0) return null
  if (name === "clients") return id === undefined ? listClients : (host) => host.clients.get(id)
  if (name === "services") return id === undefined ? listServices : (host) => host.services.get(id)
  return name === "overview" && id === undefined ? overview : null
}

/**
 * Lists the tenant's clients and services, gets one of each, and shows all four calls in one overview, which does without
 * services where the install was not granted them. What the host refuses is answered with its code and the status of that code; a record that is not there is 404.
 */
export const handle = defineHandler(async (request, host) => {
  try {
    const { segments, query } = parseRequestUrl(request.http.url)
    const endpoint = endpointOf(segments)
    if (endpoint === null) return errorResponse("not-found")
    if (request.http.method !== "GET") {
      return errorResponse("method-not-allowed", { headers: [{ name: "allow", value: "GET" }] })
    }
    const answer = await endpoint(host, query)
    return answer === null ? errorResponse("not-found") : jsonResponse(answer)
  } catch (error) {
    if (isHostError(error) || isRequestError(error)) return errorResponse(error.code)
    throw error
  }
})
