import { createHash } from "node:crypto"
import { text } from "node:stream/consumers"
import { zstdDecompressSync } from "node:zlib"
import { extract } from "tar-stream"
import { describe, expect, it } from "vitest"
import { packBundle } from "../src/PackBundle.ts"

const bytes = (value: string) => new TextEncoder().encode(value)

const unpack = async (archive: Uint8Array) => {
  const found: Array<readonly [string, string, number]> = []
  const reader = extract()
  reader.end(zstdDecompressSync(archive))
  for await (const entry of reader) {
    found.push([entry.header.name, await text(entry), entry.header.mtime?.getTime() ?? -1])
  }
  return found
}

describe("packBundle", () => {
  it("packs every file, in order of its path and without a time", async () => {
    const { bytes: archive } = await packBundle({ "manifest.json": bytes("{}"), "dist/main.wasm": bytes("wasm") })
    expect(await unpack(archive)).toEqual([
      ["dist/main.wasm", "wasm", 0],
      ["manifest.json", "{}", 0]
    ])
  })

  it("gives the same bytes for the same files in any order, and others for other files", async () => {
    const first = await packBundle({ a: bytes("1"), b: bytes("2") })
    const second = await packBundle({ b: bytes("2"), a: bytes("1") })
    const third = await packBundle({ a: bytes("1"), b: bytes("3") })
    expect(Buffer.compare(second.bytes, first.bytes)).toBe(0)
    expect(second.contentHash).toBe(first.contentHash)
    expect(third.contentHash).not.toBe(first.contentHash)
  })

  it("hashes the archive's own bytes", async () => {
    const packed = await packBundle({ a: bytes("1") })
    expect(packed.contentHash).toBe(`sha256:${createHash("sha256").update(packed.bytes).digest("hex")}`)
  })
})
