import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { run, said } from "./Commands.ts"
import type { Tarball } from "./Tarballs.ts"

/** What `npm install` of one package brings. */
export interface Footprint {
  /** Names of packages, the package's own among them. */
  readonly packages: ReadonlyArray<string>
  readonly bytes: number
}

/** What it may bring at most. */
export interface Budget {
  readonly packages: number
  readonly bytes: number
  /** Names of packages that must not be among them. */
  readonly without: ReadonlyArray<string>
}

/** A runner in production: 20 packages and 75.7 MB when this was written, most of it `effect` itself. */
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
export const beyond = ({ bytes, packages }: Footprint, budget: Budget): ReadonlyArray<string> => [
  ...(packages.length > budget.packages ? [`brings ${packages.length} packages, more than ${budget.packages}`] : []),
  ...(bytes > budget.bytes ? [`brings ${bytes} bytes, more than ${budget.bytes}`] : []),
  ...budget.without.filter((name) => packages.includes(name)).map((name) => `brings ${name}`)
]

const bytesIn = async (folder: string): Promise<number> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const sizes = await Promise.all(files.map(async ({ name, parentPath }) => (await stat(join(parentPath, name))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** Installs a package by npm into an empty folder, from its tarball and those of ours that it asks for; or says why it cannot. */
export const footprintOf = async (
  name: string,
  tarballs: ReadonlyArray<Tarball>,
  folder: string
): Promise<Footprint | string> => {
  const files = Object.fromEntries(tarballs.map((tarball) => [tarball.name, `file:${tarball.file}`]))
  const { [name]: own, ...overrides } = files
  await mkdir(folder)
  await writeFile(
    join(folder, "package.json"),
    JSON.stringify({ private: true, dependencies: { [name]: own }, overrides })
  )
  const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
  const installed = await run("npm", ["install", ...options], folder)
  if (installed.code !== 0) return `${name} cannot be installed by npm: ${said(installed)}`
  const modules = join(folder, "node_modules")
  const lock = JSON.parse(await readFile(join(modules, ".package-lock.json"), "utf8")) as {
    readonly packages: Readonly<Record<string, unknown>>
  }
  const packages = Object.keys(lock.packages).map((path) => path.slice(path.lastIndexOf("node_modules/") + 13))
  return { packages, bytes: await bytesIn(modules) }
}
