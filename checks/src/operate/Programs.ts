import { access, chmod, mkdir, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { debianPackage } from "@alga-psa/ext-adapters-pg/testing/DebianPackage"
import { root } from "../documents/Pages.ts"

const cache = (name: string) => join(root, "checks/.cache/debian", name)

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false
  )

/** A program of Debian's: the installed one, or one that is unpacked beside the workspace. */
const debian = async (name: string, file: string, libraries?: RegExp) => {
  if (await isThere(file)) return { program: file, libraries: "" }
  const from = await debianPackage({
    name,
    file,
    folder: cache(name),
    ...(libraries === undefined ? {} : { libraries })
  })
  return { program: join(from, file), libraries: `${from}/usr/lib/x86_64-linux-gnu:${from}/usr/lib/aarch64-linux-gnu` }
}

const nobody = "65534"

/** PgBouncer refuses to run as root, and reads its key and its users as whom it runs. */
const pooler = async () => {
  const { libraries, program } = await debian("pgbouncer", "/usr/sbin/pgbouncer", /^(libevent|libc-ares)/)
  const environment = libraries === "" ? "" : `export LD_LIBRARY_PATH='${libraries}'\n`
  if (process.getuid?.() !== 0) return `${environment}exec '${program}' "$@"`
  return `${environment}chown ${nobody} server.key users.txt
exec setpriv --reuid=${nobody} --regid=${nobody} --clear-groups '${program}' "$@"`
}

/** The runner's command line, of this checkout or of another one. One that serves notes its process. */
export const runnerOf = (checkout: string): string =>
  `test "$1" != serve || echo $$ >"$PORT.pid"\nexec node '${join(checkout, "packages/runner/src/main.ts")}' "$@"`

/** Makes a folder of programs by these scripts, for a `PATH`. */
export const programs = async (folder: string, scripts: Readonly<Record<string, string>>): Promise<string> => {
  await mkdir(folder, { recursive: true })
  for (const [name, script] of Object.entries(scripts)) {
    await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`)
    await chmod(join(folder, name), 0o755)
  }
  return folder
}

/** What the guide's reader has beside the runner. */
export const readersPrograms = async (): Promise<Readonly<Record<string, string>>> => {
  const { program: prometheus } = await debian("prometheus", "/usr/bin/prometheus")
  return {
    pgbouncer: await pooler(),
    prometheus: `exec '${prometheus}' "$@"`,
    promtool: `exec '${join(dirname(prometheus), "promtool")}' "$@"`
  }
}
