import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { outputOf, run } from "./Commands.ts"
import type { Tarball } from "./Tarballs.ts"

/** What `npm install` of one package brings. */
export interface Footprint {
  /** Names of packages, the package's own among them. */
  readonly packages: ReadonlyArray<string>
  readonly bytes: number
  /** The ten largest, largest first. */
  readonly largest: ReadonlyArray<{ readonly name: string; readonly bytes: number }>
}

/** What it may bring at most. */
export interface Budget {
  readonly packages: number
  readonly bytes: number
  /** Names of packages that must not be among them. */
  readonly without: ReadonlyArray<string>
}

/** A runner in production: 22 packages and 76.6 MB when this was written, most of it `effect` itself. One package more is too many. */
export const runnerBudget: Budget = {
  packages: 22,
  bytes: 80_000_000,
  without: [
    "@alga-psa/ext-adapters-memory",
    "@alga-psa/ext-development-host",
    "@alga-psa/ext-runner-cluster",
    "@alga-psa/ext-sample-extension",
    "@bytecodealliance/jco",
    "@electric-sql/pglite",
    "esbuild",
    "typescript"
  ]
}

/** Where it is beyond its budget, one sentence each. */
export const beyond = (
  { bytes, packages }: Pick<Footprint, "bytes" | "packages">,
  budget: Budget
): ReadonlyArray<string> => [
  ...(packages.length > budget.packages ? [`brings ${packages.length} packages, more than ${budget.packages}`] : []),
  ...(bytes > budget.bytes ? [`brings ${bytes} bytes, more than ${budget.bytes}`] : []),
  ...budget.without.filter((name) => packages.includes(name)).map((name) => `brings ${name}`)
]

/** The bytes of a folder's files, without those of the packages below it. */
const bytesOf = async (folder: string): Promise<number> => {
  const entries = await readdir(folder, { withFileTypes: true })
  const sizes = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return entry.name === "node_modules" ? 0 : bytesOf(path)
      return entry.isFile() ? (await stat(path)).size : 0
    })
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** What npm installed in a project. */
const installedIn = async (project: string): Promise<Footprint> => {
  const lock = JSON.parse(await readFile(join(project, "node_modules/.package-lock.json"), "utf8")) as {
    readonly packages: Readonly<Record<string, unknown>>
  }
  const packages = await Promise.all(
    Object.keys(lock.packages).map(async (path) => ({
      name: path.slice(path.lastIndexOf("node_modules/") + 13),
      bytes: await bytesOf(join(project, path))
    }))
  )
  return {
    packages: packages.map(({ name }) => name),
    bytes: packages.reduce((sum, one) => sum + one.bytes, 0),
    largest: packages.toSorted((left, right) => right.bytes - left.bytes).slice(0, 10)
  }
}

/** Installs by npm what a project's `package.json` asks for, ours from their tarballs; or says why it cannot. */
export const installByNpm = async (
  project: string,
  manifest: Readonly<Record<string, unknown>>,
  tarballs: ReadonlyArray<Tarball>
): Promise<Footprint | string> => {
  const asked = Object.keys({ ...(manifest["dependencies"] ?? {}), ...(manifest["devDependencies"] ?? {}) })
  const files = Object.fromEntries(tarballs.map((tarball) => [tarball.name, `file:${tarball.file}`]))
  const own = (names: unknown = {}) =>
    Object.fromEntries(Object.entries(names as object).map(([name, version]) => [name, files[name] ?? version]))
  const overrides = Object.fromEntries(Object.entries(files).filter(([name]) => !asked.includes(name)))
  const { dependencies, devDependencies, ...rest } = manifest
  const whole = { ...rest, dependencies: own(dependencies), devDependencies: own(devDependencies), overrides }
  await writeFile(join(project, "package.json"), JSON.stringify(whole))
  const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
  const installed = await run("npm", ["install", ...options], project)
  return installed.code === 0 ? installedIn(project) : `npm cannot install it: ${outputOf(installed)}`
}

/** What npm installs with one package alone, into an empty folder; or why it cannot. */
export const footprintOf = async (
  name: string,
  tarballs: ReadonlyArray<Tarball>,
  folder: string
): Promise<Footprint | string> => {
  await mkdir(folder)
  return installByNpm(folder, { private: true, dependencies: { [name]: "*" } }, tarballs)
}
