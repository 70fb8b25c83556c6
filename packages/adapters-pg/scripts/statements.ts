import { mkdir, writeFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { Effect } from "effect"
import { readInstallSecrets } from "../src/PgInstallSecrets.ts"
import { layer } from "../src/PgPorts.ts"
import { seeded, sentLookups, sentStatements } from "../testing/SentStatements.ts"
import { statementsPage } from "../testing/StatementsPage.ts"

const folder = new URL("../../../.cache/", import.meta.url)
const file = new URL("statements.md", folder)
await mkdir(folder, { recursive: true })
const sent = Effect.all([sentStatements(layer, readInstallSecrets), sentLookups(layer)])
const calls = await Effect.runPromise(Effect.provide(sent, seeded))
await writeFile(file, statementsPage(calls.flat()))
console.log(fileURLToPath(file))
