import { execFile } from "node:child_process"
import { mkdir, readdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

const run = promisify(execFile)
const root = fileURLToPath(new URL("../../../../", import.meta.url))
/** What an author of extensions installs. */
export const packagesOfAuthors = [
  "create-alga-extension",
  "domain",
  "adapters-wit",
  "development-host",
  "extension-sdk",
  "extension-build",
  "extension-cli"
]
/** What only `alga-ext dev` loads. It is left out, which spares the installation of a database. */
const leftOut = ["runner", "adapters-http", "adapters-memory", "adapters-pg"]

/** The packages of this project as a registry would give them, for package managers outside of it. */
export interface PackedPackages {
  /** Absolute. */
  readonly folder: string
  /** What a script runs pnpm by. */
  readonly pnpm: string
  /** A `pnpm-workspace.yaml` that takes them from there. */
  readonly workspace: string
}

const byNpx = ["npx", "--yes", "pnpm@12"] as const

/** The words that run pnpm: the one that runs these tests, which starts sooner than by `npx`. */
const pnpmCommand = /^\S*\bpnpm$/.test(process.env["npm_execpath"] ?? "") ? [process.env["npm_execpath"] ?? ""] : byNpx

/** Runs pnpm, with what is in its store already where it can. */
export const pnpm = (cwd: string, ...args: ReadonlyArray<string>) => {
  const [file = "", ...before] = pnpmCommand
  return run(file, [...before, ...args], { cwd })
}

/** The name of a package, by its folder. */
const nameOf = (folder: string): string => (folder.startsWith("create-") ? folder : `@alga-psa/ext-${folder}`)

/** Waits until no other test packs, and lets none until this is closed. Two would build one package in one folder. */
const alone = (): Disposable => {
  const lock = new DatabaseSync(join(root, "node_modules/.cache/packing.sqlite"), { timeout: 240_000 })
  lock.exec("BEGIN EXCLUSIVE")
  return { [Symbol.dispose]: () => lock.close() }
}

/**
 * Packs packages, by the names of their folders, into a folder. Where that lies beside what installs them, the paths between the two
 * are the same in each run, and so is a component that is built from them.
 */
export const packPackages = async (packed: ReadonlyArray<string>, folder: string): Promise<PackedPackages> => {
  await mkdir(folder, { recursive: true })
  const chosen = packed.flatMap((name) => ["--filter", nameOf(name)])
  {
    using _ = alone()
    await pnpm(root, "-r", ...chosen, "pack", "--pack-destination", folder)
  }
  const files = await readdir(folder)
  const from = packed.map((name) => {
    const start = nameOf(name).replace("@", "").replace("/", "-")
    const file = files.find((one) => one.startsWith(`${start}-`)) ?? "missing"
    return `  "${nameOf(name)}": "file:${join(folder, file)}"`
  })
  const workspace = [
    "allowBuilds:",
    "  esbuild: true",
    "  node: true",
    "overrides:",
    '  "@bytecodealliance/preview2-shim": 0.26.0',
    ...from,
    ...leftOut.filter((name) => !packed.includes(name)).map((name) => `  "${nameOf(name)}": "-"`),
    ""
  ].join("\n")
  await writeFile(join(folder, "pnpm-workspace.yaml"), workspace)
  return { folder, pnpm: pnpmCommand.join(" "), workspace }
}
