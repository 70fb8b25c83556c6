import { glob, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { newestIn } from "./ChangeLog.ts"
import { root, workspacePackages } from "./Packages.ts"

/** A file that names the version, with what it says. */
export interface NamedVersion {
  /** From the workspace's folder. */
  readonly file: string
  readonly version: string
}

const places: ReadonlyArray<readonly [files: string, version: RegExp]> = [
  ["README.md", /^Version (\d+\.\d+\.\d+)\b/gm],
  ["deploy/helm/alga-extension-runner/Chart.yaml", /^(?:appV|v)ersion: (\S+)$/gm],
  ["deploy/{helm/examples,kubernetes}/*.yaml", /\bimage: "?alga-extension-runner:([^"\s]+)/g]
]

const placedFiles = async () => {
  const found = await Promise.all(
    places.map(async ([files, version]) =>
      (await Array.fromAsync(glob(files, { cwd: root }))).sort().map(async (file) => {
        return { file, version, text: await readFile(join(root, file), "utf8") }
      })
    )
  )
  return Promise.all(found.flat())
}

/** Every place that names the version: packages, change log, README, chart, manifests. */
export const namedVersions = async (): Promise<ReadonlyArray<NamedVersion>> => {
  const packages = (await workspacePackages()).map(({ folder, manifest }) => ({
    file: `packages/${folder}/package.json`,
    version: manifest.version
  }))
  const log = { file: "CHANGELOG.md", version: newestIn(await readFile(join(root, "CHANGELOG.md"), "utf8")) ?? "none" }
  const others = (await placedFiles()).flatMap(({ file, text, version }) =>
    Array.from(text.matchAll(version), ([, one = ""]) => ({ file, version: one }))
  )
  return [...packages, log, ...others]
}

/** The places that name another version than the first does, one sentence each. */
export const differentVersions = (named: ReadonlyArray<NamedVersion>): ReadonlyArray<string> => {
  const [first] = named
  return named
    .filter(({ version }) => version !== first?.version)
    .map(({ file, version }) => `${file} says ${version}, ${first?.file} says ${first?.version}`)
}

/** Writes the version into README, chart and manifests. */
export const placeVersion = async (wanted: string): Promise<void> => {
  for (const { file, text, version } of await placedFiles()) {
    await writeFile(
      join(root, file),
      text.replaceAll(version, (whole, old: string) => whole.replace(old, () => wanted))
    )
  }
}
