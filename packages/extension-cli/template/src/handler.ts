import {
  defineHandler,
  errorResponse,
  isHostError,
  isRequestError,
  jsonResponse,
  parseRequestUrl
} from "@alga-psa/ext-extension-sdk"

/** `GET /api/clients?search=…` lists clients, `GET /api/clients/{id}` gives one. */
export const handle = defineHandler(async (request, host) => {
  try {
    const { query, segments } = parseRequestUrl(request.http.url)
    const [api, clients, id, ...rest] = segments
    if (api !== "api" || clients !== "clients" || rest.length > 0) return errorResponse("not-found")
    if (id === undefined) {
      return jsonResponse(await host.clients.list({ search: query.text("search"), page: query.number("page") }))
    }
    const client = await host.clients.get(id)
    return client === null ? errorResponse("not-found") : jsonResponse(client)
  } catch (error) {
    if (isHostError(error) || isRequestError(error)) return errorResponse(error.code)
    throw error
  }
})
