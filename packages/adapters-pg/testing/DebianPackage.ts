import { execFile } from "node:child_process"
import { access, glob, mkdir, rm } from "node:fs/promises"
import { join } from "node:path"
import { promisify } from "node:util"

const run = promisify(execFile)

/** A package of Debian's, and what of it is wanted. */
export interface DebianPackage {
  readonly name: string
  /** The file that it is fetched for, such as `/usr/sbin/pgbouncer`. */
  readonly file: string
  /** The names of packages that it needs and a machine may lack. Default: none. */
  readonly libraries?: RegExp
  /** Where it is kept. Absolute. */
  readonly folder: string
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false
  )

/** What `apt-get` answers, with its lists brought up to date where it could not. */
const updated = async <A>(ask: () => Promise<A>): Promise<A> =>
  ask().catch(async () => {
    await run("apt-get", ["update"])
    return ask()
  })

/**
 * Fetches a package by apt's ordinary client and unpacks it, once; nothing is installed. Gives the folder that stands for the root of
 * the file system.
 */
export const debianPackage = async ({ file, folder, libraries, name }: DebianPackage): Promise<string> => {
  const root = join(folder, "root")
  if (await exists(join(root, file))) return root
  const packages = join(folder, "packages")
  await rm(folder, { recursive: true, force: true })
  await mkdir(packages, { recursive: true })
  const names = await updated(async () => {
    const { stdout } = await run("apt-cache", ["depends", name])
    const needed = [...stdout.matchAll(/Depends: (\S+)/g)].map(([, found = ""]) => found)
    if (needed.length === 0) throw new Error(`apt knows no package ${name}`)
    return [name, ...(libraries === undefined ? [] : needed.filter((found) => libraries.test(found)))]
  })
  await updated(() => run("apt-get", ["download", ...names], { cwd: packages }))
  for await (const archive of glob("*.deb", { cwd: packages })) {
    await run("dpkg-deb", ["--extract", join(packages, archive), root])
  }
  return root
}
