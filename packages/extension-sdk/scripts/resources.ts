import { writeFile } from "node:fs/promises"
import { filesOfResources } from "./filesOfResources.ts"

for (const [file, text] of Object.entries(filesOfResources())) {
  await writeFile(new URL(`../src/${file}`, import.meta.url), text)
}
