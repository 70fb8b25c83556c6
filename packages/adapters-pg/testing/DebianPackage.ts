import { execFile } from "node:child_process"
import { access, glob, mkdir, rm } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

const run = promisify(execFile)

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false
  )

/** A program of a package of Debian's. */
export interface DebianProgram {
  readonly package: string
  /** Where the package puts it, such as `/usr/sbin/pgbouncer`. */
  readonly program: string
  /** Packages that it depends on and that a machine may lack, by how their names begin. */
  readonly libraries?: RegExp
}

/**
 * The folder of a package of Debian's and of its libraries, fetched by Debian's ordinary client and unpacked, not installed; null
 * where the program is installed here. Each is fetched once.
 */
export const unpackedDebian = async ({ libraries, package: name, program }: DebianProgram): Promise<string | null> => {
  if (await exists(program)) return null
  const cache = fileURLToPath(new URL(`../node_modules/.cache/${name}`, import.meta.url))
  const root = join(cache, "root")
  if (await exists(join(root, program))) return root
  const packages = join(cache, "packages")
  await rm(cache, { recursive: true, force: true })
  await mkdir(packages, { recursive: true })
  const needed = async () => {
    const { stdout } = await run("apt-cache", ["depends", name])
    const found = [...stdout.matchAll(/Depends: (\S+)/g)].map(([, one]) => one ?? "")
    if (found.length === 0) throw new Error(`apt knows no package ${name}`)
    return [name, ...found.filter((one) => libraries?.test(one) === true)]
  }
  const updated = async <A>(ask: () => Promise<A>) =>
    ask().catch(async () => {
      await run("apt-get", ["update"])
      return ask()
    })
  const names = await updated(needed)
  await updated(() => run("apt-get", ["download", ...names], { cwd: packages }))
  for await (const file of glob("*.deb", { cwd: packages })) {
    await run("dpkg-deb", ["--extract", join(packages, file), root])
  }
  return root
}
