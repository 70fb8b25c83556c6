import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { buildPage } from "../src/BuildPage.ts"
import { FileRefused } from "../src/FileRefused.ts"
import { readPlainFile, readPlainFiles } from "../src/PlainFiles.ts"

let folder = ""
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "alga-files-"))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const write = async (name: string, text: string) => {
  await mkdir(dirname(join(folder, name)), { recursive: true })
  await writeFile(join(folder, name), text)
}

const bounds = { bytes: 10, entries: 4, depth: 2 }
const read = () => readPlainFiles(folder, "ui", bounds)
const names = async () => Object.keys(await read())

describe("readPlainFiles", () => {
  it("gives files by their names, in order, and none where there is no folder", async () => {
    expect(await read()).toEqual({})
    await write("ui/b", "2")
    await write("ui/a/c", "1")
    expect(Object.entries(await read()).map(([name, bytes]) => [name, Buffer.from(bytes).toString()])).toEqual([
      ["a/c", "1"],
      ["b", "2"]
    ])
  })

  it("takes as many bytes together as it may, and not one more", async () => {
    await write("ui/a", "12345")
    await write("ui/b", "67890")
    expect(await names()).toHaveLength(2)
    await write("ui/c", "x")
    await expect(read()).rejects.toThrow(`${folder}/ui/c has 1 bytes, of at most 0: make it smaller`)
  })

  it("takes as many files and folders as it may, empty ones too, and not one more", async () => {
    for (const name of ["a", "b", "c"]) await write(`ui/${name}`, "")
    await mkdir(join(folder, "ui/d"))
    expect(await names()).toHaveLength(3)
    await mkdir(join(folder, "ui/e"))
    await expect(read()).rejects.toThrow("holds more than 4 files and folders: take some out")
  })

  it("goes as deep as it may, and not deeper", async () => {
    await write("ui/1/2/a", "")
    expect(await names()).toEqual(["1/2/a"])
    await mkdir(join(folder, "ui/1/2/3"))
    await expect(read()).rejects.toThrow("is deeper than 2 folders: move it up")
  })
})

describe("readPlainFile", () => {
  it("reads a file, and nothing that a link of its path leads to", async () => {
    await write("real/a", "own")
    await symlink("real", join(folder, "linked"))
    await symlink("a", join(folder, "real/b"))
    expect(Buffer.from(await readPlainFile(folder, "real/a", 3)).toString()).toBe("own")
    for (const name of ["linked/a", "real/b", "real", "none"]) {
      await expect(readPlainFile(folder, name, 3), name).rejects.toThrow(FileRefused)
    }
    await expect(readPlainFile(folder, "../real/a", 3)).rejects.toThrow(FileRefused)
    await expect(readPlainFile(folder, "real/a", 2)).rejects.toThrow("has 3 bytes, of at most 2")
  })

  it("never gives what lies elsewhere while folder and link change places", async () => {
    await write("elsewhere/a", "secret")
    await write("real/a", "own")
    const swap = `const { renameSync, rmSync, symlinkSync } = require("node:fs")
      console.log("started")
      for (;;) {
        renameSync("real", "kept"); symlinkSync("elsewhere", "real")
        rmSync("real"); renameSync("kept", "real")
      }`
    const swapping = spawn(process.execPath, ["-e", swap], { cwd: folder, stdio: ["ignore", "pipe", "ignore"] })
    await once(swapping.stdout, "data")
    const seen = new Set<string>()
    for (let at = 0; at < 2_000; at++) {
      seen.add(
        await readPlainFile(folder, "real/a", 100).then(
          (bytes) => Buffer.from(bytes).toString(),
          () => "refused"
        )
      )
    }
    swapping.kill("SIGKILL")
    await once(swapping, "close")
    expect([...seen]).not.toContain("secret")
  })
})

describe("a page", () => {
  it("has what lies beside its sources, and of these what they make", async () => {
    await write("package.json", '{"name":"page"}')
    await write("ui/index.html", "<p>")
    await write(
      "ui/src/main.ts",
      'import text from "./text.txt"\nimport { version } from "../../package.json"\nconsole.log(text)'
    )
    await write("ui/src/text.txt", "own text")
    await symlink("text.txt", join(folder, "ui/src/linked.txt"))
    const page = await buildPage(join(folder, "ui"))
    expect(Object.keys(page)).toEqual(["index.html", "main.js"])
    expect(Buffer.from(page["main.js"] ?? "").toString()).toContain("own text")
  })

  it("takes data of an installed package, wherever that lies, and of no folder that only looks like one", async () => {
    await write("ext/manifest.json", "{}")
    await write("ext/ui/src/main.ts", 'import data from "shared/data.json"\nconsole.log(data)')
    await write("shared/data.json", '{"from":"shared"}')
    await mkdir(join(folder, "ext/node_modules"))
    await symlink("../../shared", join(folder, "ext/node_modules/shared"))
    await expect(buildPage(join(folder, "ext/ui"))).rejects.toThrow("is data from outside of the package")
    await write("shared/package.json", '{"name":"shared"}')
    expect(Buffer.from((await buildPage(join(folder, "ext/ui")))["main.js"] ?? "").toString()).toContain("shared")
  })

  it("takes no data by a pattern that leads out of the extension", async () => {
    await write("ext/manifest.json", "{}")
    await write("keys/a.json", '{"from":"keys"}')
    const importing = (path: string) => `console.log(import(\`${path}/\${location.hash}.json\`))`
    await write("ext/ui/src/main.ts", importing("../../../keys"))
    await expect(buildPage(join(folder, "ext/ui"))).rejects.toThrow("is data from outside of the package")
    await write("ext/ui/src/data/a.json", '{"from":"own"}')
    await write("ext/ui/src/main.ts", importing("./data"))
    expect(Object.keys(await buildPage(join(folder, "ext/ui")))).toEqual(["main.js"])
  })
})
