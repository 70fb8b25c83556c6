import { assert, describe, it } from "vitest"
import { TarReader } from "../src/internal/child/archive/TarReader.ts"
import { paxOf, type TarEntry, tarEnd, tarOf } from "./support/Tar.ts"

/** Reads an archive in pieces: which files it asks for, and what it keeps. */
const read = (entries: ReadonlyArray<TarEntry>, piece = 1_048_576) => {
  const asked: Array<string> = []
  const reader = new TarReader((name) => {
    asked.push(name)
    return true
  })
  const bytes = Buffer.concat([tarOf(entries), tarEnd])
  for (let at = 0; at < bytes.byteLength; at += piece) reader.write(bytes.subarray(at, at + piece))
  reader.end()
  return {
    asked,
    files: Object.fromEntries([...reader.files].map(([name, file]) => [name, Buffer.from(file).toString()]))
  }
}

const file = { name: "short", content: "text" }
const withPath = (path: string): ReadonlyArray<TarEntry> => [{ name: "x", flag: "x", content: paxOf({ path }) }, file]
const long = (flag: "K" | "L", content: string): TarEntry => ({ name: "././@LongLink", flag, content })

describe("A tar archive", () => {
  it.each([1, 300, 512, 700, 1_048_576])("is the same in pieces of %i bytes", (piece) => {
    const body = "b".repeat(1_300)
    const entries = [{ name: "a", content: body }, { name: "empty" }, { name: "ui/", flag: "5" }, ...withPath("c")]
    assert.deepEqual(read(entries, piece).files, { a: body, empty: "", c: "text" })
  })

  it.each(["a", "a/b", ".a", "..a", "a..", "a.b/c d", "ä", `${"a".repeat(510)}/b`])("has a file %j", (path) => {
    assert.deepEqual(read(withPath(path)).asked, [path])
    assert.deepEqual(read(withPath(`./${path}`)).asked, [path])
  })

  it.each([
    "/a",
    "../a",
    "a/../b",
    "a/..",
    "..",
    ".",
    "./",
    "a/.",
    "a/./b",
    "a//b",
    "a/",
    "a\\b",
    "\\a",
    "a\\",
    "a\tb",
    "\u0085a",
    "a\u007f",
    "",
    `${"a".repeat(511)}/b`
  ])("has no file %j that anybody could ask for", (path) => {
    assert.deepEqual(read(withPath(path)), { asked: [], files: {} })
  })

  it("may have files without a type flag, as old tools write them", () => {
    assert.deepEqual(read([{ ...file, flag: "\0" }]).files, { short: "text" })
  })

  it("has names of 100 bytes whole, with a prefix where the format has one", () => {
    const name = "n".repeat(100)
    assert.deepEqual(read([{ name, prefix: "p" }]).asked, [`p/${name}`])
    assert.deepEqual(read([{ name, prefix: "p", magic: "ustar  \0" }]).asked, [name])
  })

  it("takes a longer name, without the zeros behind it, and passes over the longer name of a link", () => {
    assert.deepEqual(read([long("L", "long\0\0"), file]).asked, ["long"])
    assert.deepEqual(read([long("K", "target\0"), file]).asked, ["short"])
    assert.deepEqual(read([long("L", "long\0"), long("K", "target\0"), file, { name: "next" }]).asked, ["long", "next"])
    assert.deepEqual(read([long("L", "\0long"), file]).asked, [])
  })

  it("may have a header for all files again and again, and a size that is said twice alike", () => {
    const global = { name: "g", flag: "g", content: paxOf({ comment: "c" }) }
    assert.deepEqual(read([global, global, file]).asked, ["short"])
    assert.deepEqual(read([{ name: "x", flag: "x", content: paxOf({ size: "4" }) }, file]).asked, ["short"])
  })

  it.each([
    ["two longer names of links", [long("K", "a\0"), long("K", "b\0"), file], /twice before/],
    ["a longer name with nothing behind", [file, long("L", "a\0")], /is cut off/],
    ["a longer name of a link with nothing behind", [file, long("K", "a\0")], /is cut off/],
    ["a size for all files", [{ name: "g", flag: "g", content: paxOf({ size: "4" }) }, file], /for all files/],
    ["a size of its own", [{ name: "x", flag: "x", content: paxOf({ size: "5" }) }, file], /has two sizes/]
  ])("is refused with %s", (_, entries, why) => {
    assert.throws(() => read(entries), why)
  })
})

describe("A tar archive at its bounds", () => {
  const many = (count: number, of: (i: number) => TarEntry) => Array.from({ length: count }, (_, i) => of(i))
  const padded = (i: number, length: number) => String(i).padStart(length, "a")

  it.each<[string, number, (count: number) => ReadonlyArray<TarEntry>, RegExp]>([
    ["files", 2_000, (count) => many(count, (i) => ({ name: `${i}` })), /more than 2000 files/],
    ["entries", 4_000, (count) => many(count, (i) => ({ name: `${i}/`, flag: "5" })), /more than 4000 entries/],
    [
      "paths of 256 bytes",
      1_024,
      (count) => many(count, (i) => ({ name: padded(i, 100), prefix: "p".repeat(155) })),
      /262144 bytes of paths/
    ],
    [
      "bytes of a header",
      8_192,
      (count) => [{ name: "g", flag: "g", content: `${count} a=${"b".repeat(count - 8)}\n` }],
      /at most 8192 in one/
    ],
    [
      "headers of 8 KiB",
      128,
      (count) => many(count, () => ({ name: "g", flag: "g", content: `7680 a=${"b".repeat(7_672)}\n` })),
      /1048576 together/
    ]
  ])("may have as many %s as %i, and not one more", (_, most, entries, why) => {
    read(entries(most))
    assert.throws(() => read(entries(most + 1)), why)
  })

  it("may have 128 MiB, and not a byte more", () => {
    const reader = new TarReader(() => false)
    const zeros = new Uint8Array(1_048_576)
    for (let i = 0; i < 128; i++) reader.write(zeros)
    reader.end()
    assert.throws(() => reader.write(zeros.subarray(0, 1)), "unpacks to more than 134217728 bytes")
  })

  it("is refused for a file that is too large before any of its bytes come", () => {
    const begin = (size: number) => new TarReader(() => false).write(tarOf([{ name: "a", size }]))
    begin(134_217_728 - 512)
    assert.throws(() => begin(134_217_728 - 511), "unpacks to more than 134217728 bytes")
  })
})
