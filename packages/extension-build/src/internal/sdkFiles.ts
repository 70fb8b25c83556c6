import { realpathSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, sep } from "node:path"

/** Which files are the SDK's, as a module imports it. */
export interface SdkFiles {
  /** Its folder; null where it is not installed. */
  readonly folder: string | null
  /** Whether a file is the SDK's or the published runtime's. */
  readonly has: (file: string) => boolean
  /** Whether a file is the published runtime's. */
  readonly isRuntime: (file: string) => boolean
}

const folderOf = (name: string, from: string): string | null => {
  try {
    return realpathSync(dirname(createRequire(from).resolve(`${name}/package.json`)))
  } catch {
    return null
  }
}

/** The SDK's files, as `entry` imports them. */
export const sdkFiles = (entry: string): SdkFiles => {
  const folder = folderOf("@alga-psa/ext-extension-sdk", entry)
  const isRuntime = (file: string): boolean => /[/\\]@alga-psa[/\\]extension-runtime[/\\]/.test(file)
  return { folder, isRuntime, has: (file) => (folder !== null && file.startsWith(folder + sep)) || isRuntime(file) }
}
