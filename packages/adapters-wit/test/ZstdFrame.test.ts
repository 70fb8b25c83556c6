import { assert, describe, it } from "vitest"
import { checkZstdFrame } from "../src/internal/child/archive/ZstdFrame.ts"

const magic = [0x28, 0xb5, 0x2f, 0xfd]
const single = 0x20
const last = [1, 0, 0]
const emptyFrame = [...magic, single, 0, ...last]
const mebibytes = (count: number, more = 0): ReadonlyArray<number> => {
  const size = count * 1024 * 1024 + more
  return [size & 255, (size >> 8) & 255, (size >> 16) & 255, size >> 24]
}
const check = (...bytes: ReadonlyArray<number>) => checkZstdFrame(Uint8Array.from([...magic, ...bytes]))

describe("A zstd frame", () => {
  it.each([
    ["a window of 128 MiB", [0, 17 << 3, ...last]],
    ["a window of 120 MiB", [0, (16 << 3) | 7, ...last]],
    ["a size in one byte", [single, 5, ...last]],
    ["a size in two bytes", [0x40 | single, 255, 255, ...last]],
    ["a size of 128 MiB in four bytes", [0x80 | single, ...mebibytes(128), ...last]],
    ["a size in eight bytes", [0xc0 | single, 5, 0, 0, 0, 0, 0, 0, 0, ...last]],
    ["a checksum", [single | 4, 0, ...last, 1, 2, 3, 4]],
    ["a block of bytes", [single, 2, 0x11, 0, 0, 7, 7]],
    ["a block of one byte again and again", [single, 200, 0x43, 6, 0, 7]],
    ["several blocks", [single, 2, 8, 0, 0, 7, 9, 0, 0, 8]],
    ["an empty frame behind it", [single, 0, ...last, ...emptyFrame]]
  ])("may have %s", (_, bytes) => {
    check(...bytes)
  })

  it.each([
    ["a window of 144 MiB", [0, (17 << 3) | 1, ...last], /window of more than/],
    ["a size of 128 MiB and a byte", [0x80 | single, ...mebibytes(128, 1), ...last], /unpacks to more than/],
    ["a size that no number holds", [0xc0 | single, ...Array(8).fill(255), ...last], /unpacks to more than/],
    ["a reserved bit", [single | 8, 0, ...last], /not compressed by zstd/],
    ["a block of a reserved kind", [single, 0, 7, 0, 0], /not compressed by zstd/],
    ["no checksum where it says that it has one", [single | 4, 0, ...last], /cut off/],
    ["half a checksum", [single | 4, 0, ...last, 1, 2], /cut off/],
    ["a byte behind its checksum", [single | 4, 0, ...last, 1, 2, 3, 4, 5], /behind its zstd frame/],
    ["another frame behind it", [single, 0, ...last, ...magic, single, 1, 9, 0, 0, 7], /behind its zstd frame/],
    ["two empty frames behind it", [single, 0, ...last, ...emptyFrame, ...emptyFrame], /behind its zstd frame/],
    ["an empty frame and a byte behind it", [single, 0, ...last, ...emptyFrame, 0], /behind its zstd frame/],
    ["a block that is cut off", [single, 2, 0x11, 0, 0, 7], /cut off/],
    ["no last block", [single, 1, 8, 0, 0, 7], /cut off/]
  ])("is refused with %s", (_, bytes, why) => {
    assert.throws(() => check(...bytes), why)
  })
})
