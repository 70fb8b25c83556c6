import { type ChildProcessByStdio, spawn } from "node:child_process"
import { createHash } from "node:crypto"
import { once } from "node:events"
import { readFile, stat, writeFile } from "node:fs/promises"
import { join, relative } from "node:path"
import { createInterface } from "node:readline"
import type { Readable } from "node:stream"
import { bytesText } from "@alga-psa/ext-extension-build"
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest"
import { algaExtHere } from "./support/AlgaExtHere.ts"
import { algaExtProcess, main } from "./support/AlgaExtProcess.ts"
import { type DevFixture, devFixture, handlerSource } from "./support/DevFixture.ts"

let extension: DevFixture
beforeAll(async () => {
  extension = await devFixture()
})
afterAll(() => extension.remove())

const run = async (command: string, ...args: ReadonlyArray<string>) => {
  const { errors, output } = await algaExtHere(command, extension.folder, ...args)
  return { output: output.trimEnd().split("\n"), errors }
}

/** A line that names a file by its path from the working directory of these tests. */
const fromHere = (line: string) => line.replace(" dist/", ` ${relative(".", extension.folder)}/dist/`)

const dist = (name: string) => join(extension.folder, "dist", name)

describe("alga-ext build and pack", () => {
  it("say what they made, once in lines and once as JSON, and where nothing has changed", async () => {
    const { code, errors, output: text } = await algaExtProcess(extension.folder, "build")
    const built = text.trimEnd().split("\n")
    const { size } = await stat(dist("main.wasm"))
    expect([code, errors]).toEqual([0, ""])
    expect(built).toEqual([
      expect.stringMatching(/^com\.example\.counter 0\.1\.0: built in [\d.]+ m?s, quickjs$/),
      `  dist/main.wasm  ${bytesText(size)}`,
      "  imports clients, logging",
      "  dist/ui  2 files"
    ])
    const packed = await run("pack")
    const bundle = await readFile(dist("bundle.tar.zst"))
    const contentHash = `sha256:${createHash("sha256").update(bundle).digest("hex")}`
    expect(packed.output).toEqual([
      expect.stringMatching(/^com\.example\.counter 0\.1\.0: unchanged in [\d.]+ m?s, quickjs$/),
      ...[...built.slice(1), `  dist/bundle.tar.zst  ${bytesText(bundle.byteLength)}`].map(fromHere),
      `  ${contentHash}`
    ])
    const { output } = await run("pack", "--json")
    expect(JSON.parse(output.join("\n"))).toEqual({
      component: relative(".", dist("main.wasm")),
      componentBytes: size,
      engine: "quickjs",
      imports: ["clients", "logging"],
      pageFiles: 2,
      bundle: relative(".", dist("bundle.tar.zst")),
      bundleBytes: bundle.byteLength,
      contentHash,
      sizes: expect.arrayContaining([{ name: "own", bytes: expect.any(Number) }]),
      findings: [],
      notes: [],
      unchanged: true,
      milliseconds: expect.any(Number)
    })
  })

  it("pack a component that is there already, and name no engine", async () => {
    const { output } = await run("pack", "--component", dist("main.wasm"))
    expect(output[0]).toMatch(/^com\.example\.counter 0\.1\.0: packed in [\d.]+ m?s$/)
  })
})

describe("alga-ext dev", () => {
  let child: ChildProcessByStdio<null, Readable, null>
  afterEach(() => void child.kill("SIGKILL"))

  it("says where to look, each build and what is wrong with it, until it is told to stop", async () => {
    const browser = join(extension.folder, "browser.sh")
    await writeFile(browser, '#!/bin/sh\nprintf %s "$1" > opened.tmp && mv opened.tmp opened\n', { mode: 0o755 })
    child = spawn(process.execPath, [main, "dev", "--port", "0", "--open", "--as", "portal"], {
      cwd: extension.folder,
      env: { ...process.env, BROWSER: browser },
      stdio: ["ignore", "pipe", "inherit"]
    })
    const ended = once(child, "close")
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
    const until = async (wanted: RegExp): Promise<string | undefined> => {
      const { value: line } = await lines.next()
      return line === undefined || wanted.test(line) ? line : until(wanted)
    }
    const ready = /^Ready in [\d.]+ m?s$/
    const url = (await until(/^Open /))?.replace("Open ", "") ?? ""
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/)
    await expect.poll(() => readFile(join(extension.folder, "opened"), "utf8").catch(() => "")).toBe(url)
    expect(await until(/Ctrl-C/)).toBe("Ctrl-C ends it.")
    expect(await until(ready)).toMatch(ready)
    const [session] = /(?<="session":")[^"]+/.exec(await (await fetch(url)).text()) ?? [""]
    const [extensionId] = /(?<="extensionId":")[^"]+/.exec(await (await fetch(url)).text()) ?? [""]
    const headers = { "x-alga-host-session": session }
    expect((await fetch(`${url}api/ext-proxy/${extensionId}/api/count?a=1`, { headers })).status).toBe(200)
    expect(await until(/^GET /)).toMatch(
      /^GET \/api\/count\?a=1 {2}200 {2}[\d.]+ m?s {2}[\d.]+ MB {2}2 calls {2}Petra Lindqvist, portal user$/
    )
    expect(await until(/^ {2}/)).toBe("  warn about to count")
    await extension.write("src/handler.ts", "export const handle = (")
    expect(await until(/^The build failed/)).toBe("The build failed; the last good one still runs:")
    expect(await until(/^ {2}/)).toMatch(/^ {2}src\/handler\.ts:1:\d+: /)
    await extension.write("src/handler.ts", `${handlerSource("one")}\nexport type Wrong = Missing\n`)
    expect(await until(ready)).toMatch(ready)
    expect(await until(/^ {2}/)).toMatch(/^ {2}note: src\/handler\.ts:28:\d+: Cannot find name 'Missing'/)
    child.kill("SIGINT")
    expect(await ended).toEqual([0, null])
  })
})
