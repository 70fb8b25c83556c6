import { copyFile, mkdir } from "node:fs/promises"
import { dirname, join } from "node:path"
import { ExtensionId, TenantId } from "@alga-psa/ext-domain"
import { bundlePath } from "@alga-psa/ext-runner/BundleStore"
import { buildSample } from "@alga-psa/ext-sample-extension"
import { Effect, type Redacted } from "effect"
import type { SqlError } from "effect/sql/SqlError"
import { administering } from "../postgres/Databases.ts"
import { loadedId, type Population } from "../postgres/Population.ts"

/** The rows of this bench: one tenant of 20,000 clients, and small ones of 500, in a database of their own. */
export const populationOf = (scale: number): Population => ({
  large: Math.max(40, Math.round(20_000 * scale)),
  middle: Math.max(20, Math.round(2_000 * scale)),
  small: Math.max(10, Math.round(500 * Math.min(1, scale * 10))),
  smallTenants: 20,
  clientsPerService: 10
})

/** The tenants that are measured, by the loader's numbers. */
export const tenants = { small: 11, large: 0 } as const

export type TenantName = keyof typeof tenants

/** Who asks: a user of the tenant who may read clients and services, through an install that may too. */
export interface Caller {
  readonly tenant: string
  readonly extension: string
  readonly install: string
  readonly user: string
}

const extension = loadedId("execute extension")
const version = loadedId("execute version")

/** The caller of a tenant. */
export const callerOf = (name: TenantName): Caller => ({
  tenant: loadedId(`tenant ${tenants[name]}`),
  extension,
  install: loadedId(`execute install ${tenants[name]}`),
  user: loadedId(`user ${tenants[name]} 1`)
})

const rowsOf = (name: TenantName): ReadonlyArray<string> => {
  const { install, tenant, user } = callerOf(name)
  const id = (what: string) => loadedId(`execute ${what} ${tenants[name]}`)
  return [
    `INSERT INTO tenant_extension_install (id, tenant_id, registry_id, version_id, granted_caps)
     VALUES ('${install}', '${tenant}', '${extension}', '${version}', '["cap:client.read", "cap:service.read"]')`,
    `INSERT INTO roles (tenant, role_id, role_name) VALUES ('${tenant}', '${id("role")}', 'Reader')`,
    `INSERT INTO user_roles (tenant, user_id, role_id) VALUES ('${tenant}', '${user}', '${id("role")}')`,
    ...["client", "service"].flatMap((resource) => [
      `INSERT INTO permissions (tenant, permission_id, resource, action)
       VALUES ('${tenant}', '${id(resource)}', '${resource}', 'read')`,
      `INSERT INTO role_permissions (tenant, role_id, permission_id) VALUES ('${tenant}', '${id("role")}', '${id(resource)}')`
    ])
  ]
}

/** Installs the sample for both tenants and puts its bundle into a folder. Gives the content hash. */
export const installSample = (url: Redacted.Redacted, bundles: string): Effect.Effect<string, SqlError> =>
  Effect.gen(function* () {
    const { bundleFile, contentHash } = yield* Effect.promise(() => buildSample())
    const rows = [
      `INSERT INTO extension_registry (id, publisher, name) VALUES ('${extension}', 'bench', 'execute')`,
      `INSERT INTO extension_version (id, registry_id, version, runtime, main_entry, capabilities)
       VALUES ('${version}', '${extension}', '1.0.0', 'wasm-js@1', 'main', '["cap:client.read", "cap:service.read"]')`,
      `INSERT INTO extension_bundle (id, version_id, content_hash) VALUES (gen_random_uuid(), '${version}', '${contentHash}')`,
      ...rowsOf("small"),
      ...rowsOf("large")
    ]
    yield* administering(url, (run) => Effect.forEach(rows, (row) => run(`${row} ON CONFLICT DO NOTHING`)))
    const hash = contentHash.replace("sha256:", "")
    for (const name of ["small", "large"] as const) {
      const key = { tenant: TenantId.make(callerOf(name).tenant), extension: ExtensionId.make(extension), hash }
      const file = join(bundles, bundlePath(key))
      yield* Effect.promise(() => mkdir(dirname(file), { recursive: true }))
      yield* Effect.promise(() => copyFile(bundleFile, file))
    }
    return hash
  })

/** The request that everything is measured with: the sample's overview, which calls its host four times. */
export const overviewRequest = (name: TenantName, hash: string, token: string) => {
  const { extension: extension_id, install, tenant, user } = callerOf(name)
  return {
    headers: {
      "content-type": "application/json",
      "x-runner-service-token": token,
      "x-alga-tenant": tenant,
      "x-alga-extension": extension_id
    },
    body: JSON.stringify({
      context: { tenant_id: tenant, extension_id, install_id: install, content_hash: `sha256:${hash}`, config: {} },
      http: { method: "GET", path: "/api/overview", query: {}, headers: {} },
      user: { user_id: user, user_email: "", user_name: "", user_type: "", client_name: "" }
    })
  }
}
