import { createHash } from "node:crypto"
import { globSync } from "node:fs"
import { mkdir, readFile, stat, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { root } from "../release/Packages.ts"
import type { MutationReport, ReportedFile } from "./Report.ts"
import type { Target } from "./Targets.ts"

/** What is kept of a file's mutants, and of what it was found out. */
interface KeptFile {
  readonly fingerprint: string
  readonly found: ReportedFile
}

const folder = join(root, "node_modules/.cache/mutation")

const placeOf = ({ name }: Target, file: string): string => join(folder, name, `${encodeURIComponent(file)}.json`)

const folderOf = (target: Target): string => join(root, "packages", target.folder)

/** The files of a target that are mutated, relative to its package, sorted. */
const mutatedFiles = (target: Target): ReadonlyArray<string> =>
  globSync([...target.mutate], { cwd: folderOf(target) }).sort()

/** The tests that have to notice, and what supports tests in their package, sorted. */
const testsOf = (target: Target): ReadonlyArray<string> => {
  const cwd = folderOf(target)
  const support = globSync("{test,testing}/**/*.ts", { cwd, exclude: ["**/*.test.ts"] })
  return [...globSync([...target.tests], { cwd }), ...support].sort()
}

/** In hex, of a file that is mutated, of the tests that have to notice and of what supports them. */
const fingerprintOf = async (target: Target, file: string): Promise<string> => {
  const hash = createHash("sha256")
  for (const name of [file, ...testsOf(target)]) {
    hash.update(`${name}\n`).update(await readFile(join(folderOf(target), name)))
  }
  return hash.digest("hex")
}

const read = async (target: Target, file: string, fingerprint: string): Promise<ReportedFile | null> => {
  const text = await readFile(placeOf(target, file), "utf8").catch(() => null)
  if (text === null) return null
  const kept: KeptFile = JSON.parse(text)
  return kept.fingerprint === fingerprint ? kept.found : null
}

/** A file that has to run, and what it and its tests were when that was seen. */
export interface Missing {
  readonly file: string
  readonly fingerprint: string
  readonly bytes: number
}

const nothing: ReportedFile = { source: "", mutants: [] }

/** Keeps what a run found out of its files; a file that is not in the report has nothing to change. */
export const keep = async (target: Target, ran: ReadonlyArray<Missing>, report: MutationReport): Promise<void> => {
  for (const { file, fingerprint } of ran) {
    const place = placeOf(target, file)
    await mkdir(dirname(place), { recursive: true })
    const kept: KeptFile = { fingerprint, found: report.files[file] ?? nothing }
    await writeFile(place, JSON.stringify(kept))
  }
}

/** What is kept of a target and still holds: file, tests and what supports them are as they were. */
export const keptOf = async (
  target: Target
): Promise<{ readonly report: MutationReport; readonly missing: ReadonlyArray<Missing> }> => {
  const known = await Promise.all(
    mutatedFiles(target).map(async (file) => {
      const fingerprint = await fingerprintOf(target, file)
      const { size: bytes } = await stat(join(folderOf(target), file))
      return { file, fingerprint, bytes, found: await read(target, file, fingerprint) }
    })
  )
  return {
    report: { files: Object.fromEntries(known.flatMap(({ file, found }) => (found === null ? [] : [[file, found]]))) },
    missing: known.filter(({ found }) => found === null)
  }
}
