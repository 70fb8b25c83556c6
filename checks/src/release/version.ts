/**
 * Makes the next version of the notes in `.changeset`: every place that names the version gets its number, the change log a section, and the
 * notes go. Read the section and order it before you commit.
 */
import { glob, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { noteOf, sectionOf, withSection } from "./ChangeLog.ts"
import { outputOf, run } from "./Commands.ts"
import { namedVersions, placeVersion } from "./OneVersion.ts"
import { root } from "./Packages.ts"

const files = (await Array.fromAsync(glob(".changeset/*.md", { cwd: root }))).sort()
if (files.length === 0) throw new Error(".changeset has no note: `pnpm changeset` makes one")
const notes = await Promise.all(files.map(async (file) => noteOf(await readFile(join(root, file), "utf8"))))
const made = await run(process.execPath, [join(root, "node_modules/@changesets/cli/bin.js"), "version"], root)
if (made.code !== 0) throw new Error(outputOf(made))
const [first] = await namedVersions()
const version = first?.version ?? ""
const changeLog = join(root, "CHANGELOG.md")
const section = sectionOf(version, notes)
await writeFile(changeLog, withSection(await readFile(changeLog, "utf8"), section))
await placeVersion(version)
console.log(`CHANGELOG.md has a section for ${version}, of ${notes.length} notes. Put first what a reader needs first.`)
