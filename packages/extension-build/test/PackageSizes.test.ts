import { describe, expect, it } from "vitest"
import { bytesText } from "../src/BytesText.ts"
import { packageSizes, sizeNotes } from "../src/PackageSizes.ts"

const module = (file: string, bytes: number) => ({ file, bytes, worldImports: [], imports: [] })

describe("the size of a component", () => {
  it("is told by package, the largest first", () => {
    const modules = [
      module("/ext/src/a.ts", 10),
      module("/ext/src/b.ts", 5),
      module("/ext/node_modules/zod/index.js", 400),
      module("/store/node_modules/.pnpm/@a+b@1/node_modules/@a/b/index.js", 300),
      module("/ext/node_modules/dropped/index.js", 0)
    ]
    expect(packageSizes("/ext", modules)).toEqual([
      { name: "zod", bytes: 400 },
      { name: "@a/b", bytes: 300 },
      { name: "own", bytes: 15 }
    ])
  })

  it("is worth a note from 4 MB, and on the larger engine from 15 MB", () => {
    const sizes = [{ name: "zod", bytes: 480_000 }]
    expect(sizeNotes("dist/main.wasm", "quickjs", 3_999_999, sizes)).toEqual([])
    expect(sizeNotes("dist/main.wasm", "starlingmonkey", 13_000_000, sizes)).toEqual([])
    const [note] = sizeNotes("dist/main.wasm", "quickjs", 4_000_000, sizes)
    expect(note).toMatchObject({ severity: "note", text: "has 4.0 MB, of this script: zod 480.0 KB" })
  })

  it.each([
    [1, "1 byte"],
    [999, "999 bytes"],
    [1_000, "1.0 KB"],
    [999_949, "999.9 KB"],
    [999_950, "1.0 MB"],
    [2_091_512, "2.1 MB"]
  ])("says %d as %s", (bytes, text) => {
    expect(bytesText(bytes)).toBe(text)
  })
})
