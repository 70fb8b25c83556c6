import { writeFile } from "node:fs/promises"
import { resources } from "@alga-psa/ext-domain"
import { promiseTypes } from "./promiseTypes.ts"

await writeFile(new URL("../src/promise/Resources.ts", import.meta.url), promiseTypes(resources))
