import { mkdir, writeFile } from "node:fs/promises"
import { Effect } from "effect"
import { layer } from "../src/PgPorts.ts"
import { layerByTenant } from "../src/PgPortsByTenant.ts"
import { sentStatements } from "../testing/SentStatements.ts"
import { pageFile, statementsPage } from "../testing/StatementsPage.ts"

const calls = await Effect.runPromise(sentStatements(layer))
const callsByTenant = await Effect.runPromise(sentStatements(layerByTenant))
await mkdir(new URL(".", pageFile), { recursive: true })
await writeFile(pageFile, statementsPage(calls, callsByTenant))
