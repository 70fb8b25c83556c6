import { writeFile } from "node:fs/promises"
import { manifestSchema } from "@alga-psa/ext-extension-build"

await writeFile(new URL("../manifest.schema.json", import.meta.url), `${JSON.stringify(manifestSchema(), null, 2)}\n`)
