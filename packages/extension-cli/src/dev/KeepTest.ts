import { lstat, mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import type { Recording } from "@alga-psa/ext-extension-sdk/Recording"
import type { KeptTest } from "./ExecutionRecord.ts"

const place = ["test", "recorded"] as const

/** The test file that replays every recording. */
const replaying = `import { replayRecordings } from "@alga-psa/ext-extension-sdk/vitest"

await replayRecordings("${place.join("/")}")
`

const mostOfOneName = 1_000

const nameOf = ({ request: { method, url } }: Recording): string =>
  `${method} ${url.split("?")[0]}`
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 60)

const isThere = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "EEXIST"

/** Writes a new file, and never over one. False where there is one of that name. */
const written = (file: string, text: string): Promise<boolean> =>
  writeFile(file, text, { flag: "wx" }).then(
    () => true,
    (error) => (isThere(error) ? false : Promise.reject(error))
  )

/** Makes the folders of the place, one in the other, and says which is none: behind a link nothing is made. */
const refusedFolder = async (folder: string): Promise<string | null> => {
  for (const at of place.keys()) {
    const name = place.slice(0, at + 1).join("/")
    const path = join(folder, name)
    await mkdir(path).catch((error) => (isThere(error) ? undefined : Promise.reject(error)))
    const found = await lstat(path)
    if (found.isSymbolicLink()) return `${name} is a link: put the folder itself there`
    if (!found.isDirectory()) return `${name} is not a folder: move it away`
  }
  return null
}

/**
 * Writes a recording into `test/recorded` of the extension, and beside it the test that replays all of them where there is none.
 * No file is overwritten, and no link is followed out of the folder.
 */
export const keepTest = async (folder: string, recording: Recording): Promise<KeptTest> => {
  const into = join(folder, ...place)
  const refused = await refusedFolder(folder)
  if (refused !== null) return { file: null, error: refused }
  const text = `${JSON.stringify(recording, null, 2)}\n`
  for (let at = 1; at <= mostOfOneName; at++) {
    const name = `${nameOf(recording)}${at === 1 ? "" : `-${at}`}.json`
    if (await written(join(into, name), text)) {
      await written(join(folder, place[0], "recorded.test.ts"), replaying)
      return { file: [...place, name].join("/"), error: null }
    }
  }
  return { file: null, error: `there are ${mostOfOneName} tests of that name` }
}
