import { text } from "node:stream/consumers"
import { readSources } from "./readSources.ts"

process.stdout.write(JSON.stringify(readSources(JSON.parse(await text(process.stdin)))))
