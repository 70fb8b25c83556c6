import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { root } from "../release/Packages.ts"
import { evidenceFor, problemsOf } from "./Evidence.ts"
import { page, pagePath } from "./Page.ts"
import { chapters } from "./Requirements.ts"
import { collectTitles } from "./Titles.ts"

const titles = await collectTitles()
const problems = problemsOf(chapters, titles)
for (const problem of problems) console.error(problem)
if (problems.length === 0) await writeFile(join(root, pagePath), page(evidenceFor(chapters, titles)))
process.exitCode = problems.length === 0 ? 0 : 1
