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

/** Import names that a component may have, such as `alga:extension/clients`. */
export const knownImports: ReadonlySet<string> = new Set(knownInterfaces.map((name) => `${packageName}/${name}`))
