import { mkdir, readdir, rm, stat } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import { readPlainFile } from "@alga-psa/ext-extension-sdk/PlainFiles"
import type { BuiltExtension } from "./BuildExtension.ts"
import { makeOutputFolder } from "./internal/outputFolder.ts"
import { replaceFile } from "./ReplaceFile.ts"

const always = ["main.wasm", "component.json", "manifest.json"]

/** More than any file of a build has. */
const mostBytes = 512 * 1024 * 1024

/** What was being written so long ago, in milliseconds, was given up. */
const longestBuild = 3_600_000

/** Whether a folder is a build that another process may be writing. */
const isBeingWritten = async (folder: string): Promise<boolean> =>
  basename(folder).includes(".") &&
  (await stat(folder).then(
    ({ mtimeMs }) => mtimeMs > Date.now() - longestBuild,
    () => true
  ))

/**
 * Copies a build to where an author looks for it: the component, its description, the manifest and the page, and with
 * `bundle` the archive. Older builds of the same engine are removed, but none that is being written. Fails with
 * `FileRefused` where `into`, or a file of the build, is a link.
 */
export const publishBuild = async (
  built: BuiltExtension,
  into: string,
  options: { readonly bundle: boolean }
): Promise<void> => {
  await makeOutputFolder(dirname(into), basename(into))
  await rm(join(into, "ui"), { recursive: true, force: true })
  for (const name of [...always, ...(options.bundle ? ["bundle.tar.zst"] : []), ...built.pageFiles]) {
    const bytes = await readPlainFile(built.folder, name, mostBytes)
    await mkdir(dirname(join(into, name)), { recursive: true })
    await replaceFile(join(into, name), bytes)
  }
  const builds = dirname(built.folder)
  for (const name of await readdir(builds)) {
    if (!name.startsWith(`${built.engine}-`) || name === basename(built.folder)) continue
    const folder = join(builds, name)
    if (!(await isBeingWritten(folder))) await rm(folder, { recursive: true, force: true })
  }
}
