import { writeFile } from "node:fs/promises"
import { pageFile, witPage } from "../testing/WitPage.ts"

await writeFile(pageFile, await witPage())
