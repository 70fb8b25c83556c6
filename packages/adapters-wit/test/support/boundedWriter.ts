import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { makeBoundedDirectory } from "../../src/BoundedDirectory.ts"

const [, , directory = ""] = process.argv
const kept = makeBoundedDirectory({ directory, bytes: 2_000 })

for (let entry = 0; ; entry++) {
  const name = String(entry % 10)
  await kept.put(name, async (path) => {
    await mkdir(path)
    await writeFile(join(path, "a"), name.repeat(100), { flush: true })
    await writeFile(join(path, "b"), name.repeat(100), { flush: true })
  })
  process.stdout.write(".")
}
