import { text } from "node:stream/consumers"
import { readUsage } from "./readUsage.ts"

const { bundle, entry, folder } = JSON.parse(await text(process.stdin))
process.stdout.write(JSON.stringify(readUsage(folder, entry, bundle)))
