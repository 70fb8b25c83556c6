import {
  defineHandler,
  errorResponse,
  type HostBindings,
  isHostError,
  isRequestError,
  jsonResponse,
  parseRequestUrl,
  type QueryParameters
} from "@alga-psa/ext-extension-sdk"

/** A page of clients with their tags, of those with one tag where it is given. */
const listClients = async (host: HostBindings, query: QueryParameters) => {
  const tag = query.text("tag")
  const { items, next, totalCount } = await host.clientsV2.list({
    tags: tag === null ? null : [tag],
    after: query.text("after"),
    pageSize: query.number("pageSize"),
    withTotal: true
  })
  return { clients: items.map(({ clientName, tags }) => ({ clientName, tags })), next, totalCount }
}

/** Every active service that has prices. */
const listPrices = async (host: HostBindings) => {
  const services: Array<object> = []
  for await (const { prices, serviceName } of host.servicesV2.all({ isActive: true })) {
    if (prices.length > 0) services.push({ serviceName, prices })
  }
  return { services }
}

/** Answers the two questions of the page. */
export const handle = defineHandler(async (request, host) => {
  try {
    const { query, segments } = parseRequestUrl(request.http.url)
    switch (segments.join("/")) {
      case "api/clients":
        return jsonResponse(await listClients(host, query))
      case "api/prices":
        return jsonResponse(await listPrices(host))
      default:
        return errorResponse("not-found")
    }
  } catch (error) {
    if (isHostError(error) || isRequestError(error)) return errorResponse(error.code)
    throw error
  }
})
