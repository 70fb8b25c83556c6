import { mkdir, writeFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { Effect } from "effect"
import { readInstallSecrets } from "../src/PgInstallSecrets.ts"
import { layer } from "../src/PgPorts.ts"
import { layerSeeded, sentLookups, sentStatements } from "../testing/SentStatements.ts"
import { statementsPage } from "../testing/StatementsPage.ts"

const folder = new URL("../../../.cache/", import.meta.url)
const file = new URL("statements.md", folder)
await mkdir(folder, { recursive: true })
const calls = Effect.all([sentStatements(layer, readInstallSecrets), sentLookups(layer)])
const sent = await Effect.runPromise(Effect.provide(calls, layerSeeded))
await writeFile(file, statementsPage(sent.flat()))
console.log(fileURLToPath(file))
