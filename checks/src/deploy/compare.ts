// node checks/src/deploy/compare.ts ONE OTHER: says how the objects of two manifests differ, and fails where they do.
import { readFileSync } from "node:fs"
import { differences, objectsIn } from "./Manifests.ts"

const [one = "", other = ""] = process.argv.slice(2).map((path) => readFileSync(path, "utf8"))
const found = differences(objectsIn(one), objectsIn(other))
for (const line of found) console.error(line)
if (found.length > 0) process.exitCode = 1
