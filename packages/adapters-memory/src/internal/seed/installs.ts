import { type Dataset, dataset, type InstallRow } from "../../Dataset.ts"
import { extensionRow, extensionVersionRow, installRow } from "../../Rows.ts"
import { ids, seedId } from "../../SeedIds.ts"

const { acme, borealis, cobalt } = ids.tenants

const readsBoth = ["cap:client.read", "cap:service.read"]

const extensions = [
  { id: ids.extensions.full, name: "com.example.overview", display_name: "Overview", declared: readsBoth },
  {
    id: ids.extensions.ungranted,
    name: "com.example.overview-trial",
    display_name: "Overview Trial",
    declared: readsBoth
  },
  { id: ids.extensions.disabled, name: "com.example.overview-off", display_name: "Overview Off", declared: readsBoth },
  { id: ids.extensions.pending, name: "com.example.overview-new", display_name: "Overview New", declared: readsBoth },
  { id: ids.extensions.undeclared, name: "com.example.quiet", display_name: "Quiet", declared: ["cap:log.emit"] }
].map((extension, index) => ({ ...extension, version: seedId("7", 0, index + 1), bundle: seedId("8", 0, index + 1) }))

const versionOf = (extension: string): string =>
  extensions.find(({ id }) => id === extension)?.version ?? seedId("7", 0, 0)

const install = (tenant_id: string, id: string, registry_id: string, rest: Partial<InstallRow> = {}) =>
  installRow({ tenant_id, id, registry_id, version_id: versionOf(registry_id), granted_caps: readsBoth, ...rest })

/** The extensions, all with the same archive, and their installs. */
export const installs = (contentHash: string): Dataset =>
  dataset({
    extension_registry: extensions.map(({ id, name, display_name }) => extensionRow({ id, name, display_name })),
    extension_version: extensions.map(({ id, version, declared }) =>
      extensionVersionRow({ id: version, registry_id: id, capabilities: declared })
    ),
    extension_bundle: extensions.map(({ version, bundle }) => ({
      id: bundle,
      version_id: version,
      content_hash: contentHash
    })),
    tenant_extension_install: [
      install(acme, ids.installs.full, ids.extensions.full),
      install(acme, ids.installs.ungranted, ids.extensions.ungranted, { granted_caps: [] }),
      install(acme, ids.installs.disabled, ids.extensions.disabled, { is_enabled: false, status: "disabled" }),
      install(acme, ids.installs.pending, ids.extensions.pending, { status: "pending" }),
      install(acme, ids.installs.undeclared, ids.extensions.undeclared),
      install(borealis, ids.installs.borealis, ids.extensions.full),
      install(cobalt, ids.installs.cobalt, ids.extensions.full)
    ]
  })
