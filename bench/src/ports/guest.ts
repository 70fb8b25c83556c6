import { serve } from "@alga-psa/ext-extension-sdk/component"

/** A handler that gets one key as often as its path says, and a secret once where the path ends so. */
export const handler = serve(async ({ http }, host) => {
  const [, gets = "0", secret] = http.url.split("/")
  for (let at = 0; at < Number(gets); at++) await host.storage.get("notes", "a")
  if (secret === "secret") await host.secrets.get("api_key")
  return { status: 204, headers: [], body: null }
})
