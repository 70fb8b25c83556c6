import { text } from "node:stream/consumers"
import { Worker } from "node:worker_threads"
import { readSources } from "./readSources.ts"

const extension = import.meta.url.endsWith(".ts") ? "ts" : "js"
new Worker(new URL(`endWithParent.${extension}`, import.meta.url)).unref()

process.stdout.write(JSON.stringify(readSources(JSON.parse(await text(process.stdin)))))
