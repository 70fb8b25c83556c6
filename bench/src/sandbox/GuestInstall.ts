import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { layer as layerMemory } from "@alga-psa/ext-adapters-memory"
import { freshTenant } from "@alga-psa/ext-adapters-memory/contract/FreshTenant"
import { mergeDatasets } from "@alga-psa/ext-adapters-memory/Dataset"
import type { Capability, InvocationData } from "@alga-psa/ext-domain"
import { buildComponent } from "@alga-psa/ext-extension-sdk/build"
import { Effect } from "effect"

/** An install of a tenant in memory that has these capabilities, and an execution of it that a schedule started. */
export const guestInstall = (
  capabilities: ReadonlyArray<Capability>,
  settings: InvocationData["settings"] = null
): { readonly execution: InvocationData; readonly data: ReturnType<typeof layerMemory> } => {
  const own = freshTenant()
  const install = own.install([...capabilities], { granted_caps: [...capabilities] })
  return {
    data: layerMemory(mergeDatasets(own.rows, install.rows)),
    execution: {
      tenantId: own.tenant,
      extensionId: install.extensionId,
      installId: install.id,
      versionId: null,
      contentHash: null,
      requestId: "bench",
      trigger: "schedule",
      user: null,
      restrictTo: null,
      settings
    }
  }
}

/** The component of a handler, built into a folder. */
export const builtGuest = (entry: URL, folder: string): Effect.Effect<Uint8Array> =>
  Effect.promise(async () => readFile((await buildComponent({ entry, outFile: join(folder, "main.wasm") })).file))
