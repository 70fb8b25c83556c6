import { mkdtemp, rm, stat } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { makeDirectory } from "../src/internal/host/makeDirectory.ts"

describe("makeDirectory", () => {
  it("makes those above it at the same time as others do", async () => {
    const folder = await mkdtemp(join(tmpdir(), "alga-make-directory-"))
    try {
      for (let round = 0; round < 20; round++) {
        const paths = Array.from({ length: 16 }, (_, index) => join(folder, `${round}`, "above", `${index % 8}`))
        await Promise.all(paths.map(makeDirectory))
        for (const path of paths) assert.strictEqual((await stat(path)).mode & 0o777, 0o700)
      }
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it("refuses a path below a file", async () => {
    const error = await makeDirectory(join(import.meta.filename, "below")).then(
      () => "made",
      (cause) => cause.code
    )
    assert.strictEqual(error, "ENOTDIR")
  })
})
