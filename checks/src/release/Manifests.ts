import type { PackageManifest, WorkspacePackage } from "./Packages.ts"

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
  const sourceFiles = /^(src|test|testing|scripts)\/(?!.*\.d\.ts$)|(^|\/)(node_modules|\.cache)\//
  const mapped = new Set(
    files.flatMap((file) => {
      const [, name] = /^dist\/(.*)\.d\.ts\.map$/.exec(file) ?? []
      return name === undefined ? [] : [`src/${name}.ts`]
    })
  )
  const stray = files.filter((file) => (sourceFiles.test(file) && !mapped.has(file)) || file.endsWith(".js.map"))
  const lost = [...mapped].filter((file) => !files.includes(file))
  return [
    ...unresolved.map(([name, version]) => `${manifest.name} still says "${name}": "${version}"`),
    ...sources.map((target) => `${manifest.name} exports ${target}`),
    ...lost.map((file) => `${manifest.name} packs a map of ${file}, and not the file`),
    ...stray.map((file) => `${manifest.name} packs ${file}`),
    ...["CHANGELOG.md", "LICENSE", "README.md"]
      .filter((file) => !files.includes(file))
      .map((file) => `${manifest.name} packs no ${file}`)
  ]
}
