import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { Effect } from "effect"

const modules = fileURLToPath(new URL("../../node_modules", import.meta.url))

/** A manifest that asks for nothing. */
export const manifest = {
  name: "com.example.test",
  publisher: "Example",
  version: "1.0.0",
  runtime: "wasm-js@1",
  capabilities: [] as ReadonlyArray<string>
}

/** The shell of a component whose handler is in `handler.ts`. */
export const shell =
  'import { serve } from "@alga-psa/ext-extension-sdk/component"\nimport { handle } from "./handler.ts"\nexport const handler = serve(handle)\n'

/** Writes an extension's folder that lives as long as the scope. `null` leaves a file of the usual ones out. */
export const extensionFolder = (files: Readonly<Record<string, string | null>> = {}) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const folder = await realpath(await mkdtemp(join(tmpdir(), "alga-extension-")))
      await symlink(modules, join(folder, "node_modules"))
      const usual = { "manifest.json": JSON.stringify(manifest), "src/component.ts": shell }
      for (const [name, text] of Object.entries({ ...usual, ...files })) {
        if (text === null) continue
        await mkdir(dirname(join(folder, name)), { recursive: true })
        await writeFile(join(folder, name), text)
      }
      return folder
    }),
    (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true }))
  )
