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

/** Where the first zstd frame ends: its header, its blocks up to the last, and its checksum (RFC 8878). */
const endOfFrame = (archive: Uint8Array): number => {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength)
  expect(view.getUint32(0, true)).toBe(0xfd2fb528)
  const descriptor = view.getUint8(4)
  const isSingleSegment = (descriptor & 0x20) !== 0
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0
  let at = 5 + (isSingleSegment ? 0 : 1) + dictionaryBytes + sizeBytes
  for (let isLast = false; !isLast; ) {
    const block = view.getUint16(at, true) + (view.getUint8(at + 2) << 16)
    isLast = (block & 1) === 1
    at += 3 + (((block >> 1) & 3) === 1 ? 1 : block >> 3)
  }
  return at + ((descriptor & 4) === 0 ? 0 : 4)
}

describe("packBundle", () => {
  it.each([1, 1_000, 3_000_000])("writes one zstd frame and nothing behind it for a file of %i bytes", async (size) => {
    const content = Uint8Array.from({ length: size }, (_, i) => (i * i) >> 5)
    const { bytes: archive } = await packBundle({ "dist/main.wasm": content, "manifest.json": bytes("{}") })
    expect(endOfFrame(archive)).toBe(archive.byteLength)
    expect(zstdDecompressSync(archive).byteLength).toBeGreaterThan(size)
  })

  it("writes one where the compressor's pieces end with the frame", async () => {
    const noise = createHash("shake256", { outputLength: 32_700 }).update("noise").digest()
    for (let length = 32_500; length < noise.byteLength; length++) {
      const { bytes: archive } = await packBundle({ a: noise.subarray(0, length) })
      expect(endOfFrame(archive)).toBe(archive.byteLength)
    }
  })

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
