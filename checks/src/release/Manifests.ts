import type { PackageManifest, WorkspacePackage } from "./Packages.ts"
import { wrongFiles } from "./PackedFiles.ts"

const targets = (exported: unknown): ReadonlyArray<string> => {
  if (typeof exported === "string") return [exported]
  return exported !== null && typeof exported === "object" ? Object.values(exported).flatMap(targets) : []
}

/** What a published package's own `package.json` lacks, one sentence each. */
export const incompleteManifests = (packages: ReadonlyArray<WorkspacePackage>): ReadonlyArray<string> =>
  packages.flatMap(({ manifest }) => {
    const wanted: ReadonlyArray<readonly [boolean, string]> = [
      [manifest.type === "module", 'needs "type": "module"'],
      [manifest.license === "MIT", 'needs "license": "MIT"'],
      [(manifest.description ?? "") !== "", "needs a description"],
      [manifest.files?.includes("dist") === true, 'needs "files" with "dist"'],
      [manifest.publishConfig?.access === "public", 'needs "publishConfig" with "access": "public"'],
      [manifest.publishConfig?.exports !== undefined, 'needs "publishConfig" with "exports"'],
      [manifest.bin === undefined || manifest.publishConfig?.bin !== undefined, 'needs "publishConfig" with "bin"']
    ]
    return wanted.filter(([met]) => !met).map(([, rule]) => `${manifest.name} ${rule}`)
  })

/** What is wrong in the `package.json` of a packed package, and in its list of files, one sentence each. */
export const wrongInTarball = (manifest: PackageManifest, files: ReadonlyArray<string>): ReadonlyArray<string> => {
  const versions = Object.entries({ ...manifest.dependencies, ...manifest.peerDependencies })
  const unresolved = versions.filter(([, version]) => /^(workspace|catalog):/.test(version))
  const sources = [...targets(manifest.exports), ...targets(manifest.bin)].filter((target) => /^\.\/src\//.test(target))
  return [
    ...unresolved.map(([name, version]) => `${manifest.name} still says "${name}": "${version}"`),
    ...sources.map((target) => `${manifest.name} exports ${target}`),
    ...wrongFiles(manifest.name, files)
  ]
}
