import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

/** The workspace's root folder. */
export const root = fileURLToPath(new URL("../../..", import.meta.url))

/** A `package.json`, as far as a release depends on it. */
export interface PackageManifest {
  readonly name: string
  readonly version: string
  readonly description?: string
  readonly license?: string
  readonly type?: string
  readonly private?: boolean
  readonly files?: ReadonlyArray<string>
  readonly exports?: unknown
  readonly bin?: Readonly<Record<string, string>>
  readonly engines?: { readonly node?: string }
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
  readonly publishConfig?: { readonly access?: string; readonly exports?: unknown; readonly bin?: unknown }
}

/** A package of the workspace. */
export interface WorkspacePackage {
  /** Its folder's name, such as `domain`. */
  readonly folder: string
  /** Absolute. */
  readonly path: string
  readonly manifest: PackageManifest
}

/** Every package under `packages/`, by the name of its folder. */
export const workspacePackages = async (): Promise<ReadonlyArray<WorkspacePackage>> => {
  const folders = await readdir(join(root, "packages"))
  return Promise.all(
    folders.sort().map(async (folder) => {
      const path = join(root, "packages", folder)
      return { folder, path, manifest: JSON.parse(await readFile(join(path, "package.json"), "utf8")) }
    })
  )
}

/** The packages that are published: those that are not private. */
export const publishedPackages = async (): Promise<ReadonlyArray<WorkspacePackage>> =>
  (await workspacePackages()).filter(({ manifest }) => manifest.private !== true)
