import { createHash } from "node:crypto"
import { mkdir, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { ExtensionId, TenantId } from "@alga-psa/ext-domain"
import { bundlePath } from "@alga-psa/ext-runner/BundleStore"
import { Effect, type Redacted } from "effect"
import { administering } from "../postgres/Databases.ts"
import { loadedId } from "../postgres/Population.ts"
import type { Asked } from "./Ask.ts"
import type { Attack } from "./Attacks.ts"

/** The tenant that attacks, by the loader's number. */
const attacker = 12

/** Installs a variant of an attack for the attacking tenant; gives the request that asks for it. */
export const installAttack = Effect.fnUntraced(function* (
  database: Redacted.Redacted,
  bundles: string,
  attack: Attack,
  variant: number
) {
  const id = (what: string) => loadedId(`attack ${attack.name} ${variant} ${what}`)
  const tenant = loadedId(`tenant ${attacker}`)
  const user = loadedId(`user ${attacker} 1`)
  const [extension, version, install] = [id("extension"), id("version"), id("install")]
  const bytes = yield* Effect.promise(() => attack.bundle(variant))
  const hash = createHash("sha256").update(bytes).digest("hex")
  const file = join(
    bundles,
    bundlePath({ tenant: TenantId.make(tenant), extension: ExtensionId.make(extension), hash })
  )
  yield* Effect.promise(() => mkdir(dirname(file), { recursive: true }))
  yield* Effect.promise(() => writeFile(file, bytes))
  const rows = [
    `INSERT INTO extension_registry (id, publisher, name) VALUES ('${extension}', 'bench', '${id("name")}')`,
    `INSERT INTO extension_version (id, registry_id, version, runtime, main_entry, capabilities)
     VALUES ('${version}', '${extension}', '1.0.0', 'wasm-js@1', 'main', '["cap:client.read"]')`,
    `INSERT INTO extension_bundle (id, version_id, content_hash) VALUES ('${id("bundle")}', '${version}', 'sha256:${hash}')`,
    `INSERT INTO tenant_extension_install (id, tenant_id, registry_id, version_id, granted_caps)
     VALUES ('${install}', '${tenant}', '${extension}', '${version}', '["cap:client.read"]')`
  ]
  yield* administering(database, (run) => Effect.forEach(rows, (row) => run(`${row} ON CONFLICT DO NOTHING`)))
  return (url: string, token: string): Asked =>
    attack.by === "page"
      ? {
          url: `${url}/ext-ui/${extension}/${hash}/index.html?tenant=${tenant}`,
          method: "GET",
          headers: {},
          body: "",
          pauseMs: 0
        }
      : {
          url: `${url}/v1/execute`,
          method: "POST",
          headers: {
            "content-type": "application/json",
            "x-runner-service-token": token,
            "x-alga-tenant": tenant,
            "x-alga-extension": extension
          },
          body: JSON.stringify({
            context: {
              tenant_id: tenant,
              extension_id: extension,
              install_id: install,
              content_hash: `sha256:${hash}`,
              config: {}
            },
            http: { method: "GET", path: "/", query: {}, headers: {} },
            user: { user_id: user, user_email: "", user_name: "", user_type: "", client_name: "" }
          }),
          pauseMs: 0
        }
})
