import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest"
import { algaExtHere } from "./support/AlgaExtHere.ts"
import { algaExtProcess } from "./support/AlgaExtProcess.ts"
import { type DevFixture, devFixture, handlerSource } from "./support/DevFixture.ts"

let extension: DevFixture
beforeAll(async () => {
  extension = await devFixture()
})
afterAll(() => extension.remove())

/** A command for the extension's folder. */
const run = (command: string, ...args: ReadonlyArray<string>) => algaExtHere(command, extension.folder, ...args)

const linesOf = (text: string) => text.trimEnd().split("\n")

beforeEach(() => void vi.stubEnv("GITHUB_ACTIONS", ""))

const manifest = () => readFile(join(extension.folder, "manifest.json"), "utf8")

const wrong = handlerSource("one")
  .replaceAll("host.clients.", "host.services.")
  .replace("jsonResponse({ greeting", "jsonResponse({ language: new Intl.Locale('de'), greeting")

describe("alga-ext check and fix", () => {
  it("say that nothing is wrong, with the size by package, and publish nothing", async () => {
    const { code, errors, output } = await algaExtProcess(extension.folder, "check")
    expect([code, errors]).toEqual([0, ""])
    expect(linesOf(output)[0]).toBe("com.example.counter 0.1.0: nothing is wrong")
    expect(linesOf(output)[1]).toMatch(/^ {2}component \d\.\d MB, script by package:$/)
    expect(output).toMatch(/^ {4}@alga-psa\/ext-extension-sdk {2}[\d.]+ KB$/m)
    await expect(readFile(join(extension.folder, "dist/main.wasm"))).rejects.toThrow("ENOENT")
    expect((await run("fix")).output).toBe("nothing to fix\n")
  })

  it("say what is wrong in one list, for people, for programs and beside the lines of a change", async () => {
    await extension.write("src/handler.ts", wrong)
    const said = await run("check")
    expect([said.code, said.output]).toEqual([1, ""])
    expect(linesOf(said.errors)).toEqual([
      expect.stringMatching(/^alga-ext: src\/handler\.ts:21:\d+: an extension has no Intl: use formatMoney/),
      expect.stringMatching(/^alga-ext: manifest\.json capabilities\[0\]: "cap:client\.read" is declared but unused: /),
      expect.stringMatching(/^alga-ext: manifest\.json capabilities: "cap:service\.read" is missing: add it, since /)
    ])
    const { code, output } = await run("check", "--json")
    const { findings } = JSON.parse(output)
    expect([code, findings.length]).toEqual([1, 3])
    expect(findings[0]).toMatchObject({ code: "name-missing", severity: "error", file: "src/handler.ts", line: 21 })
    vi.stubEnv("GITHUB_ACTIONS", "true")
    vi.stubEnv("GITHUB_WORKSPACE", join(extension.folder, ".."))
    expect((await run("build")).output).toMatch(
      /^::error file=[^,]+\/src\/handler\.ts,line=21,col=\d+,title=alga-ext name-missing::/
    )
  })

  it("mend the manifest as it is written, and end with 1 for what is left", async () => {
    const before = await manifest()
    const { code, errors, output } = await run("fix")
    expect(linesOf(output)).toEqual([
      'manifest.json capabilities[0]: removed "cap:client.read"',
      'manifest.json capabilities: added "cap:service.read"'
    ])
    expect([code, linesOf(errors).length]).toEqual([1, 1])
    expect(await manifest()).toBe(before.replace("cap:client.read", "cap:service.read"))
  })
})
