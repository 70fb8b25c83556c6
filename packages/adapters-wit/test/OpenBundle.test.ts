import { constants, zstdCompressSync } from "node:zlib"
import { assert, describe, it } from "vitest"
import { ArchiveRefusal } from "../src/internal/child/archive/ArchiveRefusal.ts"
import { openBundle } from "../src/internal/child/archive/OpenBundle.ts"
import { archiveOf, header, paxOf, type TarEntry, tarEnd, tarOf } from "./support/Tar.ts"

const manifest = {
  name: "com.example.sample",
  publisher: "Example",
  version: "1.0.0",
  runtime: "wasm-js@1",
  capabilities: ["cap:client.read"]
}
const { runtime: _, ...relied } = manifest

const manifestFile: TarEntry = { name: "manifest.json", content: JSON.stringify(manifest) }
const componentFile: TarEntry = { name: "dist/main.wasm", content: "component" }
const good = [manifestFile, componentFile]

const open = (archive: Uint8Array, part: "component" | "page" | "manifest" = "component") =>
  openBundle({ part, componentBytes: 33_554_432 }, archive)

const withManifest = (content: string): Uint8Array => archiveOf([{ name: "manifest.json", content }, componentFile])

/** Archives that are opened. */
const accepted: Readonly<Record<string, Uint8Array>> = {
  "plain files": archiveOf(good),
  "directories and names with ./": archiveOf([
    { name: "./", flag: "5" },
    { name: "./dist/", flag: "5" },
    { name: "./manifest.json", content: JSON.stringify(manifest) },
    { name: "./dist/main.wasm", content: "component" }
  ]),
  "a name in a pax header": archiveOf([
    manifestFile,
    { name: "x", flag: "x", content: paxOf({ mtime: "1.5", path: "dist/main.wasm", "SCHILY.xattr.a": "b=c" }) },
    { ...componentFile, name: "short" }
  ]),
  "a comment for all files, as git archive writes it": archiveOf([
    { name: "pax_global_header", flag: "g", content: paxOf({ comment: "ab".repeat(20) }) },
    ...good
  ]),
  "a long name of GNU tar": archiveOf([
    manifestFile,
    { name: "././@LongLink", flag: "L", content: "dist/main.wasm\0", magic: "ustar  \0" },
    { ...componentFile, name: "short", magic: "ustar  \0" }
  ]),
  "a name with a prefix": archiveOf([manifestFile, { ...componentFile, name: "main.wasm", prefix: "dist" }]),
  "files of no use, such as AppleDouble": archiveOf([{ name: "._manifest.json", content: "x" }, ...good]),
  "paths that lead elsewhere, which are passed over": archiveOf([
    ...good,
    ...["../escape", "dist/../../escape", "/dist/main.wasm", "dist\\main.wasm", "dist/a\nb", "dist//main.wasm", ""].map(
      (name) => ({ name, content: "other" })
    ),
    { name: "x", flag: "x", content: paxOf({ path: `${"a/".repeat(300)}b` }) },
    { name: "b" }
  ]),
  "zeros up to a whole record": zstdCompressSync(Buffer.concat([tarOf(good), Buffer.alloc(10_240)])),
  ...Object.fromEntries(
    [
      {},
      { [constants.ZSTD_c_checksumFlag]: 1 },
      { [constants.ZSTD_c_contentSizeFlag]: 0 },
      { [constants.ZSTD_c_checksumFlag]: 1, [constants.ZSTD_c_contentSizeFlag]: 0 }
    ].map((params) => [
      `an empty frame behind, as Node's compressor adds it with ${JSON.stringify(params)}`,
      Buffer.concat([archiveOf(good), zstdCompressSync("", { params })])
    ])
  ),
  "a byte order mark": withManifest(`\uFEFF${JSON.stringify(manifest)}`)
}

const invalid = (fields: object) => withManifest(JSON.stringify({ ...manifest, ...fields }))
const pax = (records: Readonly<Record<string, string>> | string | Buffer) => [
  manifestFile,
  { name: "x", flag: "x", content: typeof records === "string" || Buffer.isBuffer(records) ? records : paxOf(records) },
  componentFile
]
const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4])
const withWindow = (exponent: number) => Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, exponent << 3, 1, 0, 0])

/** Archives that are refused, and the words that say why. */
const refused: Readonly<Record<string, readonly [Uint8Array, RegExp]>> = {
  "no bytes": [new Uint8Array(), /not compressed by zstd/],
  rubbish: [Buffer.from("rubbish"), /not compressed by zstd/],
  "a frame that is cut off": [zstdCompressSync(tarOf(good)).subarray(0, -4), /not compressed by zstd, or is cut off/],
  "rubbish behind the frame": [Buffer.concat([archiveOf(good), Buffer.from("x")]), /behind its zstd frame/],
  "a second bundle behind the frame": [Buffer.concat([archiveOf(good), archiveOf(good)]), /behind its zstd frame/],
  "a skippable frame behind the frame": [Buffer.concat([archiveOf(good), skippable]), /behind its zstd frame/],
  "a skippable frame before the frame": [Buffer.concat([skippable, archiveOf(good)]), /not compressed by zstd/],
  "an empty frame before the frame": [Buffer.concat([zstdCompressSync(""), archiveOf(good)]), /behind its zstd frame/],
  "a window of 256 MiB": [withWindow(18), /window of more than/],
  "a window of 2 TiB": [withWindow(31), /window of more than/],
  "a size over the bound": [
    Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0]),
    /unpacks to more than 134217728 bytes/
  ],
  "a dictionary": [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 1, 0, 7, 1, 0, 0]), /dictionary/],
  "a dictionary with a number of four bytes": [
    Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 3, 0, 7, 7, 7, 7, 1, 0, 0]),
    /dictionary/
  ],
  "twenty million empty blocks": [
    Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0]), Buffer.alloc(60_000_000), Buffer.from([1, 0, 0])]),
    /is cut off/
  ],
  "skippable frames alone": [Buffer.concat([skippable, skippable, skippable]), /not compressed by zstd/],
  "a broken block": [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0, 0x15, 0, 0, 1, 2]), /cannot be unpacked: ZSTD_/],
  "nothing in the frame": [zstdCompressSync(""), /is cut off/],
  "no end": [zstdCompressSync(tarOf(good)), /is cut off/],
  "half an end": [zstdCompressSync(Buffer.concat([tarOf(good), tarEnd.subarray(512)])), /is cut off/],
  "a file that is cut off": [zstdCompressSync(tarOf([{ name: "a", size: 5_000 }])), /is cut off/],
  "a file behind the end": [zstdCompressSync(Buffer.concat([tarOf(good), tarEnd, tarOf(good)])), /behind the end/],
  "a file behind one block of zeros": [
    zstdCompressSync(Buffer.concat([tarOf([manifestFile]), Buffer.alloc(512), tarOf([componentFile]), tarEnd])),
    /behind the end/
  ],
  "a byte behind the end": [zstdCompressSync(Buffer.concat([tarOf(good), tarEnd, Buffer.from([1])])), /behind the end/],
  "more bytes than it may": [zstdCompressSync(Buffer.alloc(128 * 1024 * 1024 + 1)), /unpacks to more than 134217728/],
  "no tar archive": [zstdCompressSync(Buffer.alloc(512, "x")), /no tar archive of the formats/],
  "a header of the format v7": [
    archiveOf([{ ...manifestFile, magic: "\0".repeat(8) }]),
    /no tar archive of the formats/
  ],
  "a wrong checksum": [archiveOf([{ ...manifestFile, wrong: 1 }]), /checksum/],
  "a size in base 256": [archiveOf([{ name: "a", size: `\x80${"\0".repeat(11)}` }]), /number/],
  "a negative size": [archiveOf([{ name: "a", size: "-0000000001\0" }]), /number/],
  "a size with a letter behind": [archiveOf([{ name: "a", size: "00000000001x" }]), /number/],
  "a hard link": [
    archiveOf([manifestFile, { ...componentFile, flag: "1", content: "", link: "a" }]),
    /dist\/main\.wasm is stored as a hard link/
  ],
  "a symbolic link": [
    archiveOf([manifestFile, { ...componentFile, flag: "2", content: "", link: "a" }]),
    /dist\/main\.wasm is stored as a symbolic link/
  ],
  "a character device": [archiveOf([...good, { name: "ui/null", flag: "3" }]), /ui\/null is stored as a device/],
  "a block device": [archiveOf([...good, { name: "ui/sda", flag: "4" }]), /ui\/sda is stored as a device/],
  "a pipe": [archiveOf([...good, { name: "ui/pipe", flag: "6" }]), /ui\/pipe is stored as a pipe/],
  "a contiguous file": [
    archiveOf([manifestFile, { ...componentFile, flag: "7" }]),
    /is stored as something other than a plain file/
  ],
  "a sparse file of GNU tar": [
    archiveOf([manifestFile, { ...componentFile, flag: "S", magic: "ustar  \0" }]),
    /dist\/main\.wasm is stored as a sparse file: pack without holes/
  ],
  "a sparse file of pax": [
    archiveOf(pax({ "GNU.sparse.major": "1", "GNU.sparse.name": "dist/main.wasm" })),
    /dist\/main\.wasm is stored as a sparse file: pack without holes/
  ],
  "a sparse file of an older pax": [archiveOf(pax({ "GNU.sparse.size": "1" })), /a file is stored as a sparse file/],
  "a kind that nobody knows": [
    archiveOf([...good, { name: "a", flag: "Z" }]),
    /is stored as something other than a plain file/
  ],
  "two sizes": [archiveOf(pax({ size: "1" })), /dist\/main\.wasm has two sizes/],
  "a path twice in a pax header": [
    archiveOf(pax(`${paxOf({ path: "a" })}${paxOf({ path: "dist/main.wasm" })}`)),
    /pax header that cannot be read/
  ],
  "a pax header of a wrong length": [archiveOf(pax("99 path=a\n")), /pax header that cannot be read/],
  "a pax header of length 0": [archiveOf(pax("0 path=a\n")), /pax header that cannot be read/],
  "a pax header without a value": [archiveOf(pax("7 path\n")), /pax header that cannot be read/],
  "a path for all files": [
    archiveOf([{ name: "g", flag: "g", content: paxOf({ path: "dist/main.wasm" }) }, ...good]),
    /for all files/
  ],
  "two pax headers for one file": [
    archiveOf([{ name: "x", flag: "x", content: paxOf({ mtime: "1" }) }, ...pax({ mtime: "1" }).slice(1)]),
    /twice before/
  ],
  "two long names for one file": [
    archiveOf([...["a\0", "b\0"].map((content) => ({ name: "l", flag: "L", content })), ...good]),
    /twice before/
  ],
  "a pax header with nothing behind": [
    archiveOf([...good, { name: "x", flag: "x", content: paxOf({ mtime: "1" }) }]),
    /is cut off/
  ],
  "a pax header of 9 KiB": [archiveOf(pax({ comment: "x".repeat(9_000) })), /headers of too many bytes/],
  "a long name of a gigabyte": [
    archiveOf([{ name: "l", flag: "L", size: 1_073_741_824 }, ...good]),
    /headers of too many bytes/
  ],
  "many comments for all files": [
    archiveOf([
      ...Array.from({ length: 200 }, () => ({ name: "g", flag: "g", content: paxOf({ comment: "x".repeat(6_000) }) })),
      ...good
    ]),
    /headers of too many bytes/
  ],
  "more than 2,000 files": [
    archiveOf([...good, ...Array.from({ length: 1_999 }, (_, i) => ({ name: `ui/${i}` }))]),
    /more than 2000 files/
  ],
  "a hundred thousand empty files": [
    archiveOf([...good, ...Array(100_000).fill(header({ name: "ui/a" }))]),
    /ui\/a is in the archive twice/
  ],
  "three thousand empty files whose names pax headers give": [
    archiveOf(
      Array.from({ length: 3_000 }, (_, i) => [
        { name: "x", flag: "x", content: paxOf({ path: `ui/${i}` }) },
        { name: "short" }
      ]).flat()
    ),
    /headers of too many bytes|more than 2000 files/
  ],
  "more than 4,000 directories": [
    archiveOf([...Array.from({ length: 4_001 }, (_, i) => ({ name: `ui/${i}/`, flag: "5" })), ...good]),
    /more than 4000 entries/
  ],
  "too many bytes of paths": [
    archiveOf([
      ...Array.from({ length: 1_500 }, (_, i) => ({ name: `${i}`.padStart(90, "a"), prefix: "b".repeat(150) })),
      ...good
    ]),
    /bytes of paths/
  ],
  "a path that is not UTF-8": [archiveOf(pax(Buffer.from("9 path=\xff\n", "latin1"))), /name that is not UTF-8/],
  "a directory with content": [
    archiveOf([...good, { name: "ui/", flag: "5", content: "x" }]),
    /directory with content/
  ],
  "a file twice": [archiveOf([...good, componentFile]), /dist\/main\.wasm is in the archive twice/],
  "a file twice under other spellings": [
    archiveOf([...good, { ...manifestFile, name: "./manifest.json" }]),
    /manifest\.json is in the archive twice/
  ],
  "a path that leads elsewhere twice": [
    archiveOf([{ name: "../a" }, { name: "../a" }, ...good]),
    /\.\.\/a is in the archive twice/
  ],
  "a file of no use twice": [archiveOf([{ name: "ui/a" }, { name: "ui/a" }, ...good]), /ui\/a is in the archive twice/],
  "a component over its limit": [
    archiveOf([manifestFile, { name: "dist/main.wasm", size: 33_554_433 }]),
    /dist\/main\.wasm has 33554433 bytes: at most 33554432/
  ],
  "files of more bytes than the archive may have": [
    archiveOf([{ name: "a", size: 134_217_728 }, ...good]),
    /unpacks to more than/
  ],
  "a manifest of 65 KiB": [withManifest(`{}${" ".repeat(65_536)}`), /manifest\.json has 65538 bytes: at most 65536/],
  "a manifest of brackets": [withManifest("[".repeat(60_000)), /more than 32 nested lists and objects/],
  "a manifest of objects": [withManifest('{"a":'.repeat(10_000)), /more than 32 nested lists and objects/],
  "a manifest that is not JSON": [withManifest("{"), /manifest\.json is not JSON: Expected property name/],
  "a manifest that is not JSON, with a line of its own": [
    withManifest('{"a": \u001b[31m\nlevel=fatal}'),
    /is not JSON: /
  ],
  "a manifest that is not UTF-8": [
    archiveOf([{ name: "manifest.json", content: Buffer.from([0x22, 0xff, 0x22]) }, componentFile]),
    /not UTF-8/
  ],
  "a manifest with a long name": [invalid({ name: "x".repeat(257) }), /name has more than 256 characters/],
  "a manifest with many capabilities": [
    invalid({ capabilities: Array.from({ length: 257 }, () => "a") }),
    /capabilities has 257 entries: at most 256/
  ],
  "a manifest with a long capability": [
    invalid({ capabilities: ["x".repeat(300)] }),
    /capabilities has more than 256 characters/
  ],
  "no manifest": [archiveOf([componentFile]), /the archive has no manifest\.json/],
  "no component": [archiveOf([manifestFile]), /the archive has no dist\/main\.wasm/]
}

/** A page of these files, and how it is refused. */
const page = (...files: ReadonlyArray<TarEntry>) => open(archiveOf(files), "page")

describe("openBundle", () => {
  it.each(Object.entries(accepted))("opens an archive with %s", async (_, archive) => {
    const { files, manifest: fields } = await open(archive)
    assert.deepEqual(fields, relied)
    assert.deepEqual(
      files.map(([name, bytes]) => [name, Buffer.from(bytes).toString()]),
      [["dist/main.wasm", "component"]]
    )
  })

  it.each(Object.entries(refused))("refuses an archive with %s", async (_, [archive, expected]) => {
    const error = await open(archive).then(String, (error: unknown) => error)
    assert.instanceOf(error, ArchiveRefusal)
    assert.match(error.message, expected)
    assert.isAtMost(error.message.length, 300)
    assert.notMatch(error.message, /[\p{Cc}\p{Zl}\p{Zp}]/u)
  })

  it("takes a manifest and a component of as many bytes as they may have, and larger files that are of no use", async () => {
    const full = { name: "manifest.json", content: JSON.stringify(manifest).padEnd(65_536) }
    const archive = archiveOf([full, componentFile, { name: "other", content: "x".repeat(100) }])
    const { files } = await openBundle({ part: "component", componentBytes: 9 }, archive)
    assert.deepEqual(
      files.map(([name]) => name),
      ["dist/main.wasm"]
    )
  })

  it("gives all that a manifest says, of an archive without a component too, and refuses one that is too large", async () => {
    const whole = { ...manifest, ui: { type: "iframe", hooks: { tab: [1, { a: "x".repeat(300) }] } } }
    const archive = (content: string) =>
      archiveOf([
        { name: "manifest.json", content },
        { name: "ui/a", content: "x" }
      ])
    assert.deepEqual(await open(archive(JSON.stringify(whole)), "manifest"), { manifest: whole, files: [] })
    for (const content of [" ".repeat(65_537), "[".repeat(40), "no JSON"]) {
      assert.instanceOf(await open(archive(content), "manifest").catch((error: unknown) => error), ArchiveRefusal)
    }
  })

  it("gives the files of a page up to its bytes, and refuses more", async () => {
    const half = 8 * 1024 * 1024
    const files = [
      { name: "ui/a", content: Buffer.alloc(half) },
      { name: "ui/b/c", content: Buffer.alloc(half) },
      { name: "elsewhere", content: "x" }
    ]
    assert.deepEqual(
      (await page(...files)).files.map(([name]) => name),
      ["a", "b/c"]
    )
    assert.match(await page(...files, { name: "ui/d", content: "x" }).then(String, String), /the page has .* at most/)
    const larger = ["ui/a", "ui/b"].map((name) => ({ name, content: Buffer.alloc(9 * 1024 * 1024) }))
    assert.match(await page(...larger).then(String, String), /the page has .* at most/)
  })
})
