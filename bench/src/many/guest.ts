import { serve } from "@alga-psa/ext-extension-sdk/component"

/** A handler that reads the clients of its body: each by a call, all by one, or none. */
export const handler = serve(async ({ http }, host) => {
  const ids: ReadonlyArray<string> = JSON.parse(new TextDecoder().decode(http.body ?? new Uint8Array()))
  let found = 0
  if (http.url === "/each") for (const id of ids) found += (await host.clients.get(id)) === null ? 0 : 1
  if (http.url === "/many") found = (await host.clientsV2.getMany(ids)).filter((client) => client !== null).length
  return { status: 200, headers: [], body: new TextEncoder().encode(String(found)) }
})
