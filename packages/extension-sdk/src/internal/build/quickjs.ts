/** A program of its own, since the engine runs the script while it makes the component: it can then be ended. */
import { readFile, writeFile } from "node:fs/promises"
import { resolve } from "node:path"
import { componentize } from "componentize-qjs"

const [witPath = "", world = ""] = process.argv.slice(2)
try {
  const jsSource = await readFile("main.js", "utf8")
  const options = { witPath, world, jsSource, jsPath: resolve("main.js"), sync: true, stubWasi: true }
  await writeFile("main.wasm", (await componentize(options)).component)
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
