// Written by `npx --yes pnpm@12 sdk:resources` from the resources of @alga-psa/ext-domain. Change them there.

/** Every capability of the host. */
export const capabilities = [
  "cap:context.read",
  "cap:secrets.get",
  "cap:http.fetch",
  "cap:storage.kv",
  "cap:log.emit",
  "cap:ui.proxy",
  "cap:user.read",
  "cap:scheduler.manage",
  "cap:invoice.manual.create",
  "cap:client.read",
  "cap:service.read"
] as const
