import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { assert, describe, it } from "@effect/vitest"

const program = fileURLToPath(new URL("./fixtures/child/Numbers.ts", import.meta.url))

const numbers = async (...flags: ReadonlyArray<string>) => {
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, program])
  return JSON.parse(stdout) as { readonly valid: number; readonly hash: string }
}

describe("The two compilers of WebAssembly", () => {
  it("give the same bits, so that a guest cannot tell how often its code ran before", async () => {
    const quick = await numbers("--liftoff-only")
    const optimised = await numbers("--no-liftoff")
    assert.isAbove(quick.valid, 250)
    assert.deepEqual(optimised, quick)
  })
})
