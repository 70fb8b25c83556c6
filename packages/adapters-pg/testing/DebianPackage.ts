import { execFile } from "node:child_process"
import { access, glob, mkdir, mkdtemp, rename, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
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

/** `apt-get` refuses to bring its lists up to date while another one does. */
const updating = join(tmpdir(), "alga-apt-update.lock")

/** What `apt-get` answers, with its lists brought up to date where it could not. */
const updated = async <A>(ask: () => Promise<A>): Promise<A> =>
  ask().catch(async () => {
    await run("flock", [updating, "apt-get", "update"])
    return ask()
  })

/** Fetches a package and the libraries that are wanted into a folder, and unpacks them below its `root`. */
const unpack = async (name: string, libraries: RegExp | undefined, folder: string) => {
  const packages = join(folder, "packages")
  await mkdir(packages)
  const names = await updated(async () => {
    const { stdout } = await run("apt-cache", ["depends", name])
    const needed = [...stdout.matchAll(/Depends: (\S+)/g)].map(([, found = ""]) => found)
    if (needed.length === 0) throw new Error(`apt knows no package ${name}`)
    return [name, ...(libraries === undefined ? [] : needed.filter((found) => libraries.test(found)))]
  })
  await updated(() => run("apt-get", ["download", ...names], { cwd: packages }))
  for await (const archive of glob("*.deb", { cwd: packages })) {
    await run("dpkg-deb", ["--extract", join(packages, archive), join(folder, "root")])
  }
}

/**
 * Fetches a package by apt's ordinary client and unpacks it, once; nothing is installed. Gives the folder that stands for the root of
 * the file system.
 */
export const debianPackage = async ({ file, folder, libraries, name }: DebianPackage): Promise<string> => {
  const root = join(folder, "unpacked")
  const isThere = () => exists(join(root, file))
  if (await isThere()) return root
  await mkdir(folder, { recursive: true })
  const own = await mkdtemp(join(folder, "own-"))
  try {
    await unpack(name, libraries, own)
    // Another process may have been faster: what it put there is as good.
    await rename(join(own, "root"), root).catch(async (cause) => {
      if (!(await isThere())) throw cause
    })
  } finally {
    await rm(own, { recursive: true, force: true })
  }
  return root
}
