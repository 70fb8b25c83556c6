import { mkdir, writeFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { Effect } from "effect"
import { layer } from "../src/PgPorts.ts"
import { sentStatements } from "../testing/SentStatements.ts"
import { statementsPage } from "../testing/StatementsPage.ts"

const folder = new URL("../../../.cache/", import.meta.url)
const file = new URL("statements.md", folder)
await mkdir(folder, { recursive: true })
await writeFile(file, statementsPage(await Effect.runPromise(sentStatements(layer))))
console.log(fileURLToPath(file))
