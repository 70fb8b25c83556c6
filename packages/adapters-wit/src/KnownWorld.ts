import { type Capability, forEachInterface } from "@alga-psa/ext-domain"

/** Name of the package that the world and its interfaces belong to. It has no version. */
export const packageName = "alga:extension"

/** The capability that each interface of the world needs: those of every resource, and those of its own. */
export const interfaceCapabilities = {
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
  ...forEachInterface((_, { capability }) => capability)
} as const satisfies Readonly<Record<string, Capability>>

/** An interface of the world `alga:extension/runner` that has functions. */
export type InterfaceName = keyof typeof interfaceCapabilities

/** The interfaces of the world. `types` has no functions, and needs no capability. */
export const knownInterfaces: ReadonlyArray<InterfaceName | "types"> = [
  "types",
  ...(Object.keys(interfaceCapabilities) as ReadonlyArray<InterfaceName>)
]

/** The interfaces of the product's own world. A component that imports no other runs on the product's runner too. */
export const productInterfaces = [
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
] as const satisfies ReadonlyArray<InterfaceName | "types">

/** The interfaces that this host has beyond the product's world. */
export const ownInterfaces: ReadonlyArray<InterfaceName> = (
  Object.keys(interfaceCapabilities) as ReadonlyArray<InterfaceName>
).filter((name) => !productInterfaces.some((one) => one === name))

/** Import names that a component may have, such as `alga:extension/clients`. */
export const knownImports: ReadonlySet<string> = new Set(knownInterfaces.map((name) => `${packageName}/${name}`))
