import { type HostBindings, isHttpError } from "@alga-psa/ext-extension-sdk"

const place = { namespace: "status", key: "latest" }

/** What the service outside said when it was asked last. */
export interface Status {
  readonly state: "up" | "failing" | "away"
  /** When it answered, by its own `date` header; null where it has none. An extension has no clock. */
  readonly answeredAt: string | null
}

const ask = async (host: HostBindings): Promise<Status> => {
  const [url, token] = await Promise.all([host.secrets.get("status_url"), host.secrets.get("status_token")])
  try {
    const { headers, ok } = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
    return { state: ok ? "up" : "failing", answeredAt: headers.get("date") }
  } catch (error) {
    if (error instanceof TypeError && isHttpError(error.cause) && error.cause.code === "transport") {
      return { state: "away", answeredAt: null }
    }
    throw error
  }
}

/** Asks the service at the address among the secrets, and keeps what it said. */
export const checkStatus = async (host: HostBindings): Promise<Status> => {
  const status = await ask(host)
  await host.storage.putJson(place.namespace, place.key, status)
  return status
}

/** What was kept, or null before the first time. */
export const latestStatus = async (host: HostBindings): Promise<unknown> =>
  (await host.storage.getJson(place.namespace, place.key))?.value ?? null
