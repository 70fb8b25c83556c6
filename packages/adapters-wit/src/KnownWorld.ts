import type { Capability } from "@alga-psa/ext-domain"

/** Name of the package that the world and its interfaces belong to. It has no version. */
export const packageName = "alga:extension"

/** The interfaces of the world `alga:extension/runner`. `types` has no functions. */
export const knownInterfaces = [
  "types",
  "context",
  "secrets",
  "http",
  "storage",
  "logging",
  "ui-proxy",
  "user",
  "user-v2",
  "scheduler",
  "invoicing",
  "clients",
  "services"
] as const

/** What each interface of the world needs; `types` needs nothing. */
export const interfaceCapabilities: Readonly<Record<Exclude<(typeof knownInterfaces)[number], "types">, Capability>> = {
  context: "cap:context.read",
  secrets: "cap:secrets.get",
  http: "cap:http.fetch",
  storage: "cap:storage.kv",
  logging: "cap:log.emit",
  "ui-proxy": "cap:ui.proxy",
  user: "cap:user.read",
  "user-v2": "cap:user.read",
  scheduler: "cap:scheduler.manage",
  invoicing: "cap:invoice.manual.create",
  clients: "cap:client.read",
  services: "cap:service.read"
}

/** Import names that a component may have, such as `alga:extension/clients`. */
export const knownImports: ReadonlySet<string> = new Set(knownInterfaces.map((name) => `${packageName}/${name}`))
