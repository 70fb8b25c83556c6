import {
  defineHandler,
  errorResponse,
  type HostBindings,
  type HostError,
  isHostError,
  isHttpError,
  isRequestError,
  jsonResponse,
  parseRequestUrl,
  readJson
} from "@alga-psa/ext-extension-sdk"
import { keepNote, readNote } from "./notes.ts"
import { isScheduled, schedule, unschedule } from "./schedule.ts"
import { checkStatus, latestStatus } from "./status.ts"

type Endpoint = (host: HostBindings, id: string, body: unknown) => Promise<unknown>

const show = async (host: HostBindings) => ({ latest: await latestStatus(host), scheduled: await isScheduled(host) })

const endpoints: Readonly<Record<string, Endpoint>> = {
  "GET clients": (host) => host.clients.list({ pageSize: 100 }),
  "GET notes/:id": readNote,
  "PUT notes/:id": keepNote,
  "GET status": show,
  "POST status": async (host) => ({ latest: await checkStatus(host) }),
  "PUT schedule": async (host) => {
    await schedule(host)
    return show(host)
  },
  "DELETE schedule": async (host) => {
    await unschedule(host)
    return show(host)
  }
}

/** The host's error in what was thrown, that of a `fetch` too; null where there is none. */
const hostErrorIn = (error: unknown): HostError | null => {
  if (isHostError(error)) return error
  return error instanceof TypeError && isHttpError(error.cause) ? error.cause : null
}

/**
 * Keeps a note for each client, asks a service outside whether it is up, with a secret, and does so every hour where somebody
 * switched that on. What the host refuses is answered with its code and the status of that code.
 */
export const handle = defineHandler(async (request, host) => {
  try {
    const { method, url } = request.http
    const [root, name, id, ...rest] = parseRequestUrl(url).segments
    const endpoint = endpoints[`${method} ${name}${id === undefined ? "" : "/:id"}`]
    if (root !== "api" || rest.length > 0 || endpoint === undefined) return errorResponse("not-found")
    const answer = await endpoint(host, id ?? "", method === "PUT" ? (readJson(request) ?? {}) : null)
    return answer === null ? errorResponse("not-found") : jsonResponse(answer)
  } catch (error) {
    if (isRequestError(error)) return errorResponse(error.code)
    const failed = hostErrorIn(error)
    if (failed !== null) return errorResponse(failed.code)
    throw error
  }
})
