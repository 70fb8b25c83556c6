import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { assert, describe, it } from "vitest"

/** Loads a module, and says which files came with it. */
const loading = `import { registerHooks } from "node:module"
const urls = []
registerHooks({ load: (url, context, next) => (urls.push(url), next(url, context)) })
await import(process.argv[1])
console.log(JSON.stringify(urls))`

describe("the module that reads an extension's sources", () => {
  it("loads the compiler, and neither Effect nor the domain", async () => {
    const module = new URL("../src/internal/readSources.ts", import.meta.url).href
    const args = ["--input-type=module", "--eval", loading, module]
    const { stdout } = await promisify(execFile)(process.execPath, args)
    const urls: ReadonlyArray<string> = JSON.parse(stdout)
    assert.isTrue(urls.some((url) => url.includes("/node_modules/typescript/")))
    assert.deepEqual(
      urls.filter((url) => /\/node_modules\/effect\/|\/packages\/domain\//.test(url)),
      []
    )
  })
})
