import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import {
  type Dataset,
  dataset,
  extensionRow,
  extensionVersionRow,
  ids,
  installRow
} from "@alga-psa/ext-adapters-memory"
import { ExtensionId, InstallId, type TenantId } from "@alga-psa/ext-domain"
import { buildComponent, type Engine } from "@alga-psa/ext-extension-sdk/build"
import { manifest, pack } from "./Archive.ts"

/** Builds a fixture's component. */
export const buildFixtureComponent = async (name: string, engine?: Engine): Promise<Uint8Array> => {
  const directory = await mkdtemp(join(tmpdir(), "alga-fixture-"))
  try {
    const entry = new URL(`../test/fixtures/${name}.ts`, import.meta.url)
    const { file } = await buildComponent({
      entry,
      outFile: join(directory, "main.wasm"),
      ...(engine ? { engine } : {})
    })
    return await readFile(file)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** Builds a fixture's component and packs it into a bundle. */
export const buildFixture = async (name: string, engine?: Engine): Promise<Uint8Array> =>
  pack({ "manifest.json": JSON.stringify(manifest), "dist/main.wasm": await buildFixtureComponent(name, engine) })

/** An extension that a tenant has installed. */
export interface Installed {
  readonly extension: ExtensionId
  readonly install: InstallId
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
  return { extension, install, rows }
}
