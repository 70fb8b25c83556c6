import { existsSync } from "node:fs"
import { readFile, rename } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import {
  type Dataset,
  dataset,
  extensionRow,
  extensionVersionRow,
  ids,
  installRow
} from "@alga-psa/ext-adapters-memory"
import { ExtensionId, InstallId, type TenantId } from "@alga-psa/ext-domain"
import { prepareComponent } from "@alga-psa/ext-extension-sdk/build"
import { manifest, pack } from "./Archive.ts"

const kept = fileURLToPath(new URL("../node_modules/.cache/fixtures", import.meta.url))

/** A fixture's component, which is built once for all that it is made of. */
export const buildFixtureComponent = async (name: string): Promise<Uint8Array> => {
  const entry = new URL(`../test/fixtures/${name}.ts`, import.meta.url)
  const { fingerprint, write } = await prepareComponent({ entry })
  const file = join(kept, `${fingerprint}.wasm`)
  if (!existsSync(file)) {
    const unfinished = `${file}.${crypto.randomUUID()}`
    await write(unfinished)
    await rename(unfinished, file)
  }
  return readFile(file)
}

/** Builds a fixture's component and packs it into a bundle. */
export const buildFixture = async (name: string): Promise<Uint8Array> =>
  pack({ "manifest.json": JSON.stringify(manifest), "dist/main.wasm": await buildFixtureComponent(name) })

/** An extension that a tenant has installed. */
export interface Installed {
  readonly extension: ExtensionId
  readonly install: InstallId
  readonly version: string
  readonly rows: Dataset
}

/** A tenant's enabled install of a new extension, whose version declares and is granted these capabilities. */
export const installed = (
  contentHash: string,
  capabilities: ReadonlyArray<string> = [],
  tenant: TenantId = ids.tenants.acme
): Installed => {
  const extension = ExtensionId.make(crypto.randomUUID())
  const install = InstallId.make(crypto.randomUUID())
  const version = crypto.randomUUID()
  const rows = dataset({
    extension_registry: [extensionRow({ id: extension })],
    extension_version: [extensionVersionRow({ id: version, registry_id: extension, capabilities })],
    extension_bundle: [{ id: crypto.randomUUID(), version_id: version, content_hash: `sha256:${contentHash}` }],
    tenant_extension_install: [
      installRow({
        id: install,
        tenant_id: tenant,
        registry_id: extension,
        version_id: version,
        granted_caps: capabilities
      })
    ]
  })
  return { extension, install, version, rows }
}
