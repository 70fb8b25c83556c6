import { execFile } from "node:child_process"
import { createHash } from "node:crypto"
import { link, lstat, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { promisify } from "node:util"
import type { Recording } from "@alga-psa/ext-extension-sdk/Recording"
import { Effect } from "effect"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { keepTest } from "../src/dev/KeepTest.ts"
import { runBuild } from "../src/internal/runBuild.ts"
import { algaExtHere } from "./support/AlgaExtHere.ts"
import { listBundle } from "./support/BundleFiles.ts"
import { type DevFixture, devFixture } from "./support/DevFixture.ts"

const secret = "-----BEGIN OPENSSH PRIVATE KEY-----"

let extension: DevFixture
let home = ""
beforeEach(async () => {
  extension = await devFixture()
  home = await mkdtemp(join(tmpdir(), "alga-home-"))
  await mkdir(join(home, "keys"))
  await writeFile(join(home, "keys/id_rsa"), secret)
  await writeFile(join(home, "keys/config.json"), JSON.stringify({ secret }))
  await writeFile(join(home, "keys/notes.txt"), secret)
})
afterEach(async () => {
  await extension.remove()
  await rm(home, { recursive: true, force: true })
})

/** A command for the extension's folder. */
const run = (command: string, ...args: ReadonlyArray<string>) => algaExtHere(command, extension.folder, ...args)

const at = (name: string) => join(extension.folder, name)
const isThere = (name: string) =>
  lstat(at(name)).then(
    () => true,
    () => false
  )
const files = async () => listBundle(await readFile(at("dist/bundle.tar.zst")))

const place = async (name: string) => {
  await mkdir(dirname(at(name)), { recursive: true })
  await rm(at(name), { recursive: true, force: true })
}

/** What an extension's folder may hold that is not to leave the machine; each says where and what. */
const refused: ReadonlyArray<readonly [string, () => Promise<unknown>, string]> = [
  ["a linked folder in ui", () => symlink(join(home, "keys"), at("ui/fonts")), "ui/fonts: is a link"],
  ["a linked file in ui", () => symlink(join(home, "keys/id_rsa"), at("ui/font.ttf")), "ui/font.ttf: is a link"],
  [
    "a link in a folder of ui",
    () => place("ui/a/b/c").then(() => symlink(home, at("ui/a/b/c"))),
    "ui/a/b/c: is a link"
  ],
  ["a link to the folder it is in", () => symlink(".", at("ui/loop")), "ui/loop: is a link"],
  ["a link to a link", () => symlink("two", at("ui/one")).then(() => symlink(home, at("ui/two"))), "ui/one: is a link"],
  ["a link to a file of the page", () => symlink("index.html", at("ui/home.html")), "ui/home.html: is a link"],
  ["a link that leads nowhere", () => symlink(join(home, "none"), at("ui/none")), "ui/none: is a link"],
  ["ui as a link", () => place("ui").then(() => symlink(join(home, "keys"), at("ui"))), "ui: is a link"],
  ["ui as a file", () => place("ui").then(() => writeFile(at("ui"), "")), "ui: is a file"],
  [
    "a page's sources as a link",
    async () => {
      await mkdir(join(home, "src"))
      await writeFile(join(home, "src/main.ts"), "export {}")
      await symlink(join(home, "src"), at("ui/src"))
    },
    "ui/src: is a link"
  ],
  [
    "a page's entry as a link",
    async () => {
      await writeFile(join(home, "main.ts"), "export {}")
      await mkdir(at("ui/src"))
      await symlink(join(home, "main.ts"), at("ui/src/main.ts"))
    },
    "ui/src/main.ts: is a link"
  ],
  [
    "the manifest as a link",
    () =>
      rename(at("manifest.json"), join(home, "m.json")).then(() => symlink(join(home, "m.json"), at("manifest.json"))),
    "manifest.json: is a link"
  ],
  ["a pipe", () => promisify(execFile)("mkfifo", [at("ui/pipe")]), "ui/pipe: is a pipe"],
  ["a name with an escape in it", () => writeFile(at("ui/\u001b[2J.js"), ""), "has a backslash, control character"],
  ["a name that climbs where backslashes part", () => writeFile(at("ui/..\\..\\x"), ""), "has a backslash"],
  [
    "two names that differ in case alone",
    () => writeFile(at("ui/INDEX.html"), ""),
    "ui/index.html: differs from INDEX.html in case alone"
  ],
  ["dist as a link", () => place("dist").then(() => symlink(join(home, "keys"), at("dist"))), "dist: is a link"],
  [
    "kept builds as a link",
    () => place("dist/builds").then(() => symlink(home, at("dist/builds"))),
    "dist/builds: is a link"
  ],
  [
    "more than a page may hold",
    () => writeFile(at("ui/video.mp4"), Buffer.alloc(17 * 1024 * 1024)),
    "ui/video.mp4: has "
  ],
  [
    "an imported text of another folder",
    async () => {
      await mkdir(at("ui/src"))
      await writeFile(at("ui/src/main.ts"), `import text from "${join(home, "keys/notes.txt")}"\nconsole.log(text)\n`)
    },
    "keys/notes.txt: is data from outside"
  ],
  [
    "imported bytes of another folder",
    async () => {
      const from = join(home, "keys/id_rsa")
      await mkdir(at("ui/src"))
      await writeFile(at("ui/src/main.ts"), `import text from "${from}" with { type: "text" }\nconsole.log(text)\n`)
    },
    "keys/id_rsa: is data from outside"
  ],
  [
    "imported JSON behind a link",
    async () => {
      await symlink(join(home, "keys/config.json"), at("src/config.json"))
      await extension.write(
        "src/handler.ts",
        `import config from "./config.json"\n${await extension.read("src/handler.ts")}\nconsole.log(config)\n`
      )
    },
    "keys/config.json: is data from outside"
  ],
  [
    "imported JSON behind a query",
    async () => {
      await mkdir(at("ui/src"))
      await writeFile(
        at("ui/src/main.ts"),
        `import all from "${join(home, "keys/config.json")}?.ts"\nconsole.log(all)\n`
      )
    },
    "keys/config.json: is data from outside"
  ]
]

describe("alga-ext pack", () => {
  it.each(refused)("refuses %s, by name, and leaves no bundle", async (_what, prepare, said) => {
    await prepare()
    const flags = {
      folder: extension.folder,
      engine: "quickjs",
      entry: "src/component.ts",
      interfaces: [],
      noTypecheck: false,
      json: false
    } as const
    const { message } = await Effect.runPromise(Effect.flip(runBuild(flags, { bundle: true })))
    expect(message).toContain(said)
    expect(await readFile(join(home, "keys/id_rsa"), "utf8")).toBe(secret)
    expect(await isThere("dist/bundle.tar.zst")).toBe(false)
  })

  it("prints what it refuses in plain lines, and ends with 1", async () => {
    await writeFile(at("ui/\u001b[2J.js"), "")
    const { code, errors, output } = await run("pack")
    expect(errors).toMatch(/^alga-ext: ui\/.*has a backslash, control character/)
    expect([code, output]).toEqual([1, ""])
    expect(errors).not.toContain("\u001b")
  })

  it("packs plain files, a hard link too, and imported data of the extension's own, from a folder that is itself reached by a link, and replaces links in dist", async () => {
    await extension.write("ui/fonts/deep/a.ttf", "font")
    await extension.write("ui/.well-known/x", "x")
    await link(at("ui/index.html"), at("ui/second.html"))
    await extension.write("src/config.json", '{"own":true}')
    await extension.write("src/handler.ts", `import "./config.json"\n${await extension.read("src/handler.ts")}`)
    await mkdir(at("dist"))
    for (const name of ["manifest.json", "bundle.tar.zst", "ui"])
      await symlink(join(home, "keys/id_rsa"), at(`dist/${name}`))
    const linked = join(home, "extension")
    await symlink(extension.folder, linked)
    expect(await algaExtHere("pack", linked)).toMatchObject({ code: 0, errors: "" })
    expect([...(await files()).keys()].filter((name) => name.startsWith("ui/"))).toEqual([
      "ui/.well-known/x",
      "ui/fonts/deep/a.ttf",
      "ui/index.html",
      "ui/main.js",
      "ui/second.html"
    ])
    expect(await readFile(join(home, "keys/id_rsa"), "utf8")).toBe(secret)
    expect((await lstat(at("dist/bundle.tar.zst"))).isFile()).toBe(true)
    expect((await lstat(at("dist/ui"))).isDirectory()).toBe(true)
  })

  it("makes a kept build again where a file of it was changed or is a link", async () => {
    await run("pack")
    const good = await files()
    const [kept = ""] = await readdir(at("dist/builds"))
    for (const [name, plant] of [
      ["bundle.tar.zst", (file: string) => symlink(join(home, "keys/id_rsa"), file)],
      ["content-hash", (file: string) => writeFile(file, `sha256:${"0".repeat(64)}`)],
      ["ui/main.js", (file: string) => writeFile(file, "stolen()")]
    ] as const) {
      await rm(at(`dist/builds/${kept}/${name}`))
      await plant(at(`dist/builds/${kept}/${name}`))
      const { output } = await run("pack")
      expect(output).toContain("built in")
      const bundle = await readFile(at("dist/bundle.tar.zst"))
      expect(output).toContain(createHash("sha256").update(bundle).digest("hex"))
      expect(await files()).toEqual(good)
      expect(await extension.read("dist/ui/main.js")).toBe(await extension.read("ui/main.js"))
    }
  })

  it("takes no component that is a link, and one that is a file", async () => {
    await run("build")
    await rename(at("dist/main.wasm"), at("made.wasm"))
    await symlink("made.wasm", at("linked.wasm"))
    expect(await run("pack", "--component", "linked.wasm")).toMatchObject({ code: 1 })
    expect(await run("pack", "--component", "made.wasm")).toMatchObject({ code: 0 })
  })

  it("refuses a socket", async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(at("ui/s"), resolve))
    const { errors } = await run("pack")
    server.close()
    expect(errors).toContain("ui/s: is a socket")
  })
})

describe("a kept test", () => {
  const recording: Recording = {
    recording: 1,
    request: { method: "GET", url: "/api/a", headers: [], body: null },
    calls: [],
    response: { status: 200, headers: {}, body: null }
  }

  it.each([
    ["test as a link", "test", () => symlink(home, at("test")), "test is a link"],
    [
      "test/recorded as a link",
      "test/recorded",
      () => mkdir(at("test")).then(() => symlink(home, at("test/recorded"))),
      "test/recorded is a link"
    ],
    ["a link that leads nowhere", "test", () => symlink(join(home, "none"), at("test")), "test is a link"],
    ["test as a file", "test", () => writeFile(at("test"), "mine"), "test is not a folder"]
  ])("refuses %s by name, and makes nothing behind it", async (_what, name, prepare, said) => {
    await place(name)
    await rm(at("test"), { recursive: true, force: true })
    await prepare()
    const before = await readdir(home)
    expect(await keepTest(extension.folder, recording)).toEqual({ file: null, error: expect.stringContaining(said) })
    expect(await readdir(home)).toEqual(before)
  })

  it("is written where the folders are new and where they are there", async () => {
    await rm(at("test"), { recursive: true, force: true })
    const kept = async () => (await keepTest(extension.folder, recording)).file
    expect([await kept(), await kept()]).toEqual(["test/recorded/get-api-a.json", "test/recorded/get-api-a-2.json"])
  })
})

describe("alga-ext build", () => {
  it("refuses a linked folder too, and copies none into dist", async () => {
    await symlink(join(home, "keys"), at("ui/fonts"))
    expect(await run("build")).toMatchObject({ code: 1, errors: expect.stringContaining("ui/fonts: is a link") })
    expect(await isThere("dist/ui")).toBe(false)
  })
})
