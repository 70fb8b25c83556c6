import { zstdCompressSync } from "node:zlib"
import { chanceOf } from "@alga-psa/ext-adapters-memory/contract/Chance"
import { assert, describe, it } from "vitest"
import { ArchiveRefusal } from "../src/internal/child/archive/ArchiveRefusal.ts"
import { openBundle } from "../src/internal/child/archive/OpenBundle.ts"
import { mutated } from "./support/Mutations.ts"
import { paxOf, tarEnd, tarOf } from "./support/Tar.ts"

describe("openBundle of an archive with bytes changed", () => {
  it("opens it or refuses it by a rule", async () => {
    const tar = Buffer.concat([
      tarOf([
        { name: "g", flag: "g", content: paxOf({ comment: "a" }) },
        { name: "manifest.json", content: "{}" },
        { name: "x", flag: "x", content: paxOf({ mtime: "1.5", path: "dist/main.wasm" }) },
        { name: "short", content: "component" },
        { name: "l", flag: "L", content: "ui/a\0", magic: "ustar  \0" },
        { name: "short", content: "text", magic: "ustar  \0" },
        { name: "ui/", flag: "5" }
      ]),
      tarEnd
    ])
    const archive = zstdCompressSync(tar)
    const chance = chanceOf(20)
    for (let round = 0; round < 1_500; round++) {
      const changed = chance.below(2) === 0 ? zstdCompressSync(mutated(tar, chance)) : mutated(archive, chance)
      const part = chance.pick(["component", "page", "manifest"] as const)
      const error = await openBundle({ part, componentBytes: 33_554_432 }, changed).then(
        () => null,
        (cause: unknown) => cause
      )
      if (error !== null && !(error instanceof ArchiveRefusal)) throw error
      assert.isAtMost(error?.message.length ?? 0, 300)
    }
  })
})
