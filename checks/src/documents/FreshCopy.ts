import { execFile } from "node:child_process"
import { chmod, cp, mkdtemp, realpath, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { root } from "./Pages.ts"

/** The workspace as somebody has it who has just fetched it: its own files, and nothing that is installed or built. */
export interface FreshCopy {
  /** Absolute. */
  readonly folder: string
  readonly remove: () => Promise<void>
}

const own = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]

/** Copies the files that are, or would be, under version control. */
export const freshCopy = async (): Promise<FreshCopy> => {
  const { stdout } = await promisify(execFile)("git", own, { cwd: root, maxBuffer: 1 << 26 })
  const folder = await realpath(await mkdtemp(join(tmpdir(), "alga-copy-")))
  // A PostgreSQL that is started by root runs as another user, from the binaries that are installed here.
  await chmod(folder, 0o755)
  for (const path of new Set(stdout.split("\0"))) {
    if (path !== "") await cp(join(root, path), join(folder, path), { force: true }).catch(unlessMissing)
  }
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) }
}

/** A file that was deleted is listed until its deletion is recorded. */
const unlessMissing = (error: NodeJS.ErrnoException): void => {
  if (error.code !== "ENOENT") throw error
}
