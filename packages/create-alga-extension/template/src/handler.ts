import {
  defineHandler,
  errorResponse,
  isHostError,
  isRequestError,
  jsonResponse,
  parseRequestUrl
} from "@alga-psa/ext-extension-sdk"

const found = (record: object | null) => (record === null ? errorResponse("not-found") : jsonResponse(record))

/**
 * Answers requests from the page and from other callers.
 *
 * @if clients
 * `GET /api/clients?search=…&page=2` lists clients, `GET /api/clients/{id}` gives one.
 * @end
 * @if services
 * `GET /api/services?search=…&page=2` lists services, `GET /api/services/{id}` gives one.
 * @end
 */
export const handle = defineHandler(async (request, host) => {
  try {
    const { query, segments } = parseRequestUrl(request.http.url)
    const [api, list, id, ...rest] = segments
    if (api !== "api" || rest.length > 0) return errorResponse("not-found")
    const input = { search: query.text("search"), page: query.number("page") }
    switch (list) {
      // @if clients
      case "clients":
        return id === undefined ? jsonResponse(await host.clients.list(input)) : found(await host.clients.get(id))
      // @end
      // @if services
      case "services":
        return id === undefined ? jsonResponse(await host.services.list(input)) : found(await host.services.get(id))
      // @end
      default:
        return errorResponse("not-found")
    }
  } catch (error) {
    if (isHostError(error) || isRequestError(error)) return errorResponse(error.code)
    throw error
  }
})
