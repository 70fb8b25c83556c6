import { appendFile, cp, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { prepareComponent } from "../src/BuildComponent.ts"

const witDir = fileURLToPath(new URL("../../adapters-wit/wit/", import.meta.url))

let folder = ""

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "alga-sdk-"))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe("the locales of a component", () => {
  const bundled = async (locales: unknown, code: string) => {
    const extension = await mkdtemp(join(folder, "locales-"))
    await writeFile(join(extension, "package.json"), JSON.stringify({ alga: { locales } }))
    const sdk = fileURLToPath(new URL("../src/index.ts", import.meta.url))
    await writeFile(
      join(extension, "handler.ts"),
      `import * as sdk from ${JSON.stringify(sdk)}\nexport const handler = () => ${code}`
    )
    return (await prepareComponent({ entry: join(extension, "handler.ts"), witDir, minify: true })).bundle.script
  }

  it("are those of its package.json, and are in it where the code uses them", async () => {
    const money = await bundled(["de-DE"], 'sdk.formatMoney(1, "EUR", "de-DE")')
    expect(money).toContain("de-DE")
    expect(money).not.toContain("Dezember")
    expect(await bundled(["de-DE"], 'sdk.formatDate(0, "de-DE")')).toContain("Dezember")
    expect(await bundled(["de-DE"], 'sdk.errorResponse("internal")')).not.toContain("de-DE")
  })

  it.each([
    [["xx-no-such-locale-at-all"], "is not a locale that Node knows"],
    [[5], "is not a locale that Node knows"],
    ["de-DE", "must be a list of locales"]
  ])("%j fails the build", async (locales, message) => {
    await expect(bundled(locales, "null")).rejects.toThrow(message)
  })
})

describe("a bundle", () => {
  it("has fetch and its classes where the code uses them, and not where it asks whether they are there", async () => {
    const filesIn = async (code: string) => {
      const entry = join(await mkdtemp(join(folder, "fetch-")), "handler.ts")
      const shell = fileURLToPath(new URL("../src/component.ts", import.meta.url))
      await writeFile(
        entry,
        `import { serve } from ${JSON.stringify(shell)}\nexport const handler = serve(async () => ({ status: 200, body: ${code} }))`
      )
      const { bundle } = await prepareComponent({ entry, witDir })
      return Array.from(bundle.script.matchAll(/^\/\/ .*\/(\w*FillIns?|web\/\w+)\.ts$/gm), ([, file]) => file)
    }
    expect(await filesIn("typeof fetch")).toEqual(["FillIns"])
    expect(await filesIn("await fetch('https://a.example/')")).toEqual(
      expect.arrayContaining(["FillIns", "FetchFillIn", "web/Response"])
    )
  })

  it("says whether its code needs the time and the seed of a request", async () => {
    const needs = async (code: string) => {
      const file = join(await mkdtemp(join(folder, "needs-")), "handler.ts")
      await writeFile(file, `export const handler = () => ${code}`)
      return (await prepareComponent({ entry: file, witDir })).bundle.needs
    }
    expect(await needs("[new Date(0), Date.UTC(2026), Date.parse('2026-01-01'), new Date(1, 2)]")).toEqual([])
    for (const code of ["Date.now()", "new Date()", "new Date", "Date()"])
      expect(await needs(code)).toEqual(["request-time"])
    for (const code of ["Math.random()", "crypto.randomUUID()", "(({ random }) => random())(Math)"]) {
      expect(await needs(code)).toEqual(code.startsWith("((") ? [] : ["request-seed"])
    }
    expect(await needs("[Date.now(), Math.random()]")).toEqual(["request-seed", "request-time"])
  })
})

describe("prepareComponent", () => {
  it("gives one fingerprint to one source, and another to another source, engine or world", async () => {
    const entry = fileURLToPath(new URL("fixtures/everyPart.ts", import.meta.url))
    const older = join(folder, "wit")
    await cp(witDir, older, { recursive: true })
    await appendFile(join(older, "world.wit"), "\n// changed\n")
    const other = join(folder, "other.ts")
    await writeFile(other, "export const handler = () => ({ status: 204, headers: [], body: undefined })\n")
    const [first, second, source, engine, world] = await Promise.all([
      prepareComponent({ entry, witDir: witDir }),
      prepareComponent({ entry, witDir: witDir }),
      prepareComponent({ entry: other, witDir: witDir }),
      prepareComponent({ entry, witDir: witDir, engine: "starlingmonkey" }),
      prepareComponent({ entry, witDir: older })
    ])
    expect(second.fingerprint).toBe(first.fingerprint)
    for (const { fingerprint } of [source, engine, world]) expect(fingerprint).not.toBe(first.fingerprint)
  })
})
