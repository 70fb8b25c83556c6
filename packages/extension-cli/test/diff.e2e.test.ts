import { copyFile, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { packBundle } from "@alga-psa/ext-extension-build"
import { plainJson, plainLine } from "@alga-psa/ext-extension-build/PlainLine"
import { Effect, Schema } from "effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { BundleDiff, diffOf, type ReviewedBundle } from "../src/diff/BundleDiff.ts"
import { diffLines } from "../src/diff/diffLines.ts"
import { readBundle } from "../src/diff/ReadBundle.ts"
import { algaExtHere } from "./support/AlgaExtHere.ts"
import { algaExtProcess } from "./support/AlgaExtProcess.ts"
import { type DevFixture, devFixture } from "./support/DevFixture.ts"

let extension: DevFixture
const at = (name: string) => join(extension.folder, name)

const second = `import { defineHandler, jsonResponse } from "@alga-psa/ext-extension-sdk"

export const handle = defineHandler(async (_request, host) => {
  const page = await host.clientsV2.list()
  return jsonResponse([page.items.length, (await host.services.list()).totalCount])
})
`

/** A bundle as `diff` reads it. */
const read = (name: string): Promise<ReviewedBundle> => Effect.runPromise(readBundle(at(name)))

/** A bundle as a stranger packs it. */
const strange = async (name: string, manifest: unknown, files: Readonly<Record<string, Uint8Array>> = {}) => {
  const json = typeof manifest === "string" ? manifest : JSON.stringify(manifest)
  const { bytes } = await packBundle({ "manifest.json": Buffer.from(json), ...files })
  await writeFile(at(name), bytes)
}

const page = { "ui/index.html": Buffer.from("<p>") }

let v1: ReviewedBundle
beforeAll(async () => {
  extension = await devFixture()
  expect((await algaExtHere("pack", extension.folder)).code).toBe(0)
  await copyFile(at("dist/bundle.tar.zst"), at("v1.tar.zst"))
  v1 = await read("v1.tar.zst")
  const manifest = JSON.parse(await extension.read("manifest.json"))
  const capabilities = ["cap:client.read", "cap:service.read"]
  const endpoints = [...manifest.api.endpoints, { method: "GET", path: "/api/services", handler: "dist/main" }]
  await extension.write(
    "manifest.json",
    JSON.stringify({ ...manifest, version: "0.2.0", capabilities, api: { endpoints } })
  )
  await extension.write("src/handler.ts", second)
  expect((await algaExtHere("pack", extension.folder)).code).toBe(0)
  await strange("page.tar.zst", { name: "com.example.counter", publisher: "Example", version: "0.3.0" }, page)
})
afterAll(() => extension.remove())

describe("alga-ext diff", () => {
  it("says what a new version asks for, with the lines that need it, and ends with 3", async () => {
    const { code, errors, output } = await algaExtProcess(extension.folder, "diff", "v1.tar.zst", ".")
    expect([code, errors]).toEqual([3, ""])
    const lines = output.split("\n")
    expect(lines.slice(0, 8)).toEqual([
      "com.example.counter 0.1.0 → 0.2.0: asks for more",
      "  + cap:service.read: needs a grant",
      "      by the author's word: src/handler.ts:5:50 host.services",
      "  + interface clients-v2 of cap:client.read: works at once where that was granted to the old version",
      "      by the author's word: src/handler.ts:4:22 host.clientsV2",
      "  + interface services of cap:service.read: needs a grant",
      "  - interface clients",
      "  + endpoint GET /api/services"
    ])
    expect(lines).toContain("  engine      quickjs")
    expect(lines.at(-2)).toBe("An update runs under the old grants until somebody grants more.")
  })

  it("ends with 0 where it asks for the same or less", async () => {
    expect(diffLines(diffOf(v1, v1))[0]).toBe("com.example.counter 0.1.0: asks for the same")
    const same = await algaExtHere("diff", at("page.tar.zst"), at("page.tar.zst"))
    expect([same.code, same.output.split("\n")[0]]).toEqual([0, "com.example.counter 0.3.0: asks for the same"])
    const less = diffOf(v1, await read("page.tar.zst"))
    expect(diffLines(less)[0]).toBe("com.example.counter 0.1.0 → 0.3.0: asks for less")
  })

  it("gives the same as JSON, in the form that is published", async () => {
    const { code, output } = await algaExtHere("diff", at("page.tar.zst"), at("dist/bundle.tar.zst"), "--json")
    expect(code).toBe(3)
    const found = Schema.decodeUnknownSync(BundleDiff)(JSON.parse(output), { onExcessProperty: "error" })
    expect(found).toMatchObject({ verdict: "more", old: { version: "0.3.0" }, new: { version: "0.2.0" } })
    expect(found.interfaces.added.map(({ name }) => name)).toEqual(["clients-v2", "logging", "services"])
  })
})

describe("alga-ext diff of what a stranger made", () => {
  const evil = "a\u001b[2J\u001b]0;title\u0007\r\n  + cap:made.up\u202ex"
  const named = { name: evil, publisher: evil, version: evil, capabilities: [evil] }

  it("shows its names, whatever is in them, and does nothing that they say", async () => {
    const endpoints = [{ method: evil, path: evil }]
    await strange("evil.tar.zst", { ...named, ui: { entry: evil }, api: { endpoints } }, page)
    const { code, output } = await algaExtHere("diff", at("page.tar.zst"), at("evil.tar.zst"))
    expect(code).toBe(3)
    expect(output).toMatch(/^[\p{L}\p{M}\p{N}\p{P}\p{S} \n]*$/u)
    expect(output).toContain("a\\u{1b}[2J")
    expect(output.split("\n").filter((line) => line.startsWith("  + cap:"))).toEqual([])
    const json = plainJson(diffOf(v1, await read("evil.tar.zst")))
    expect(json).toMatch(/^[\p{L}\p{M}\p{N}\p{P}\p{S} \n]*$/u)
    expect(JSON.parse(json).new.name).toBe(evil)
  })

  it("believes no list of a component's, and shows a few lines of it in a line each", async () => {
    const section = (name: string, text: string) => {
      const leb = (value: number): Array<number> =>
        value < 128 ? [value] : [(value % 128) + 128, ...leb(Math.floor(value / 128))]
      const content = Buffer.concat([Buffer.from([name.length]), Buffer.from(name), Buffer.from(text)])
      return Buffer.concat([Buffer.from([0, ...leb(content.length)]), content])
    }
    const component = await readFile(at("dist/main.wasm"))
    const start = component.indexOf("alga:build")
    expect(start).toBeGreaterThan(0)
    const plain = component.subarray(0, component.lastIndexOf(0, start - 3) === start - 4 ? start - 4 : start - 3)
    const uses = Array.from({ length: 400 }, () => ({ interface: "services", at: `x\n${evil}`, written: "\u001b[31m" }))
    const liar = Buffer.concat([plain, section("alga:build", JSON.stringify({ engine: "quickjs", uses }))])
    const manifest = JSON.parse(await extension.read("manifest.json"))
    await strange("liar.tar.zst", manifest, { "dist/main.wasm": liar })
    const diff = diffOf(v1, await read("liar.tar.zst"))
    const lines = diffLines(diff).map(plainLine)
    expect([diff.verdict, lines.length < 40]).toEqual(["more", true])
    expect(diff.capabilities.added[0]?.authorSays).toHaveLength(400)
    for (const line of lines) expect(line).toMatch(/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]*$/u)
  })

  const manifest = { name: "a", publisher: "b", version: "1.0.0" }

  it.each([
    ["no archive", () => writeFile(at("odd.tar.zst"), "rubbish"), /not a WebAssembly component/],
    [
      "a component that unpacks to one byte more than it may have",
      () => strange("odd.tar.zst", manifest, { "dist/main.wasm": Buffer.alloc(33_554_433) }),
      /dist\/main\.wasm has 33554433 bytes: at most 33554432/
    ],
    [
      "a manifest of nested lists",
      () => strange("odd.tar.zst", "[".repeat(60_000)),
      /more than 32 nested lists and objects/
    ],
    [
      "endpoints that are none",
      () => strange("odd.tar.zst", { ...manifest, api: { endpoints: [{ method: ["GET"], path: "/" }] } }),
      /api\.endpoints\[0\]\.method must be a method/
    ]
  ] as const)("refuses %s, and names the file", async (_, make, message) => {
    await make()
    const error = await Effect.runPromise(Effect.flip(readBundle(at("odd.tar.zst"))))
    expect(error.message).toMatch(message)
    expect(error.message.startsWith(`${at("odd.tar.zst")}: `)).toBe(true)
    expect(error.message.length).toBeLessThan(500)
  })

  it("ends with 1 where a host would refuse it, and with 2 where there is none to read, in one line", async () => {
    await strange("odd.tar.zst", "{")
    const refused = await algaExtHere("diff", at("odd.tar.zst"), at("v1.tar.zst"))
    expect([refused.code, refused.output]).toEqual([1, ""])
    expect(refused.errors).toMatch(/^alga-ext: [^ ]*odd\.tar\.zst: manifest\.json is not JSON: .*\n$/)
    expect(await algaExtHere("diff", at("src"), at("v1.tar.zst"))).toEqual({
      code: 2,
      output: "",
      errors: `alga-ext: ${at("src/dist/bundle.tar.zst")} cannot be read: run alga-ext pack there\n`
    })
  })

  it("takes no component alone, as nothing says what it declares, and no device", async () => {
    const why = async (file: string) => (await Effect.runPromise(Effect.flip(readBundle(file)))).message
    const component = at("dist/main.wasm")
    expect(await why(component)).toBe(
      `${component} is a component: name the bundle around it, which says what it declares`
    )
    expect(await why("/dev/zero")).toBe("/dev/zero is no file")
  })
})
