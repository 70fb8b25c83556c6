import { copyFile, cp, mkdir, readdir, rm } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import type { BuiltExtension } from "./BuildExtension.ts"

const always = ["main.wasm", "component.json", "manifest.json"]

/**
 * Copies a build to where an author looks for it: the component, its description, the manifest and the page, and with
 * `bundle` the archive. Older builds of the same engine are removed.
 */
export const publishBuild = async (
  built: BuiltExtension,
  into: string,
  options: { readonly bundle: boolean }
): Promise<void> => {
  await mkdir(into, { recursive: true })
  for (const name of options.bundle ? [...always, "bundle.tar.zst"] : always) {
    await copyFile(join(built.folder, name), join(into, name))
  }
  await rm(join(into, "ui"), { recursive: true, force: true })
  if (built.pageFiles.length > 0) await cp(join(built.folder, "ui"), join(into, "ui"), { recursive: true })
  const builds = dirname(built.folder)
  for (const name of await readdir(builds)) {
    const stale = name.startsWith(`${built.engine}-`) && name !== basename(built.folder)
    if (stale) await rm(join(builds, name), { recursive: true, force: true })
  }
}
