import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import { fileURLToPath } from "node:url"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import { makeBoundedDirectory } from "../src/BoundedDirectory.ts"

let directory = ""
beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), "alga-bounded-")), "entries")
})
afterEach(() => rm(join(directory, ".."), { recursive: true, force: true }))

const folderOf = (text: string) => async (path: string) => {
  await mkdir(path)
  await writeFile(join(path, "a"), text)
  await writeFile(join(path, "b"), text)
}

const usedAt = (name: string, seconds: number) => utimes(join(directory, name), seconds, seconds)

const content = (name: string) => readFile(join(directory, name, "b"), "utf8")

describe("a bounded directory", () => {
  it("keeps files and folders up to its bytes, and lets the least recently used go", async () => {
    const kept = makeBoundedDirectory({ directory, bytes: 300 })
    await kept.put("folder", folderOf("x".repeat(50)))
    await kept.put("file", (path) => writeFile(path, "x".repeat(100)))
    await kept.put("other", folderOf("x".repeat(50)))
    assert.sameMembers(await readdir(directory), ["folder", "file", "other"])
    await usedAt("file", 1_000)
    await usedAt("folder", 2_000)
    await kept.touch("file")
    await kept.put("last", folderOf("x".repeat(50)))
    assert.sameMembers(await readdir(directory), ["file", "other", "last"])
    assert.strictEqual((await stat(directory)).mode & 0o777, 0o700)
  })

  it("keeps the last entry alone where that is larger than its bytes", async () => {
    const kept = makeBoundedDirectory({ directory, bytes: 0 })
    await kept.put("one", folderOf("x"))
    await kept.put("two", folderOf("x"))
    assert.deepEqual(await readdir(directory), ["two"])
  })

  it("leaves a folder that is good, and replaces one that is not", async () => {
    const kept = makeBoundedDirectory({ directory, bytes: 1_000 })
    await kept.put("entry", folderOf("first"))
    await kept.put("entry", folderOf("second"), async () => true)
    assert.strictEqual(await content("entry"), "first")
    await kept.put("entry", folderOf("third"), async () => false)
    assert.strictEqual(await content("entry"), "third")
    assert.deepEqual(await readdir(directory), ["entry"])
  })

  it("replaces a folder where nobody says whether it is good", async () => {
    const kept = makeBoundedDirectory({ directory, bytes: 1_000 })
    await kept.put("entry", folderOf("first"))
    await kept.put("entry", folderOf("second"))
    assert.strictEqual(await content("entry"), "second")
  })

  it("puts an entry in while others put in, evict and remove the same names", async () => {
    const names = ["a", "b"]
    const busy = async (bytes: number) => {
      const kept = makeBoundedDirectory({ directory, bytes })
      for (let round = 0; round < 30; round++) {
        for (const name of names) await kept.put(name, folderOf("x".repeat(50)))
        if (round % 3 === 0) await kept.remove("a")
      }
    }
    await Promise.all([busy(0), busy(100), busy(1_000), busy(1_000), busy(1_000), busy(1_000)])
    for (const name of (await readdir(directory)).filter((entry) => !entry.startsWith("."))) {
      assert.strictEqual(await content(name), "x".repeat(50))
    }
  })

  it("fails for a name that cannot be, says why, and leaves nothing behind", async () => {
    const kept = makeBoundedDirectory({ directory, bytes: 1_000 })
    await kept.remove("absent")
    assert.match(await kept.put("absent/entry", folderOf("x")).then(String, String), /ENOENT.*rename/)
    assert.deepEqual(await readdir(directory), [])
  })

  it("leaves nothing of an entry that could not be written, and fails", async () => {
    const kept = makeBoundedDirectory({ directory, bytes: 1_000 })
    const failing = kept.put("entry", async (path) => {
      await folderOf("half")(path)
      throw new Error("full")
    })
    assert.strictEqual(await failing.catch(String), "Error: full")
    assert.deepEqual(await readdir(directory), [])
  })

  it("sweeps what a dead process left, and leaves alone what another is writing", async () => {
    const kept = makeBoundedDirectory({ directory, bytes: 1_000 })
    await mkdir(directory)
    await folderOf("half")(join(directory, ".old"))
    await folderOf("half")(join(directory, ".new"))
    await usedAt(".old", 1_000)
    await kept.put("entry", folderOf("x"))
    assert.sameMembers(await readdir(directory), [".new", "entry"])
  })

  it("puts in however others put in, take away and empty the directory meanwhile", async () => {
    const writer = fileURLToPath(new URL("./support/boundedWriter.ts", import.meta.url))
    await mkdir(directory)
    const writers = [1, 2].map(() =>
      spawn(process.execPath, [writer, directory], { stdio: ["ignore", "pipe", "pipe"] })
    )
    const failures = writers.map((child) => text(child.stderr))
    for (const child of writers) await once(child.stdout, "data")
    const kept = makeBoundedDirectory({ directory, bytes: 2_000 })
    for (let round = 0; round < 100; round++) {
      const name = String(round % 10)
      if (round % 25 === 0) await rm(directory, { recursive: true, force: true }).catch(() => undefined)
      if (round % 3 === 0) await kept.remove(name)
      await kept.put(name, folderOf(name.repeat(100)))
    }
    for (const child of writers) child.kill("SIGKILL")
    assert.deepEqual(await Promise.all(failures), ["", ""])
  })

  it("holds whole entries alone, and goes on, wherever a process that writes and evicts is killed", async () => {
    const writer = fileURLToPath(new URL("./support/boundedWriter.ts", import.meta.url))
    const kept = makeBoundedDirectory({ directory, bytes: 4_000 })
    for (let round = 0; round < 6; round++) {
      const child = spawn(process.execPath, [writer, directory], { stdio: ["ignore", "pipe", "inherit"] })
      const ended = once(child, "exit")
      let seen = 0
      for await (const chunk of child.stdout) {
        seen += String(chunk).length
        if (seen > 3 * round) break
      }
      child.kill("SIGKILL")
      await ended
      const names = (await readdir(directory)).filter((name) => !name.startsWith("."))
      for (const name of names) assert.strictEqual(await content(name), name.repeat(100))
    }
    await kept.put("last", folderOf("x".repeat(2_000)))
    const left = (await readdir(directory)).filter((name) => !name.startsWith("."))
    assert.deepEqual(left, ["last"])
  })
})
