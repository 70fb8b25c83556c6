import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { analyseSources, checkCapabilities, findingLine } from "@alga-psa/ext-extension-build"
import { prepareComponent } from "@alga-psa/ext-extension-sdk/build"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { demoCases } from "../../packages/development-host/src/DemoCase.ts"
import { pages, root } from "../src/documents/Pages.ts"
import { blocksFor, partsOfAnExtension } from "../src/documents/Proofs.ts"
import { run } from "../src/release/Commands.ts"
import { shownFiles } from "../src/release/QuickStarts.ts"

const cache = join(root, "checks/.cache")
const clientId = "c0000000-0001-4000-8000-000000000001"
let folder = ""

const tsconfig = {
  extends: join(root, "tsconfig.base.json"),
  compilerOptions: {
    noUnusedLocals: false,
    noUncheckedIndexedAccess: false,
    types: ["node"],
    typeRoots: [join(root, "node_modules/@types")]
  },
  include: ["**/*.ts"]
}

const edition = `clients: mockClients([{ clientId: "${clientId}", clientName: "Northwind" }])`
const secondEdition = `clientsV2: mockClientsV2([{ clientId: "${clientId}", clientName: "Northwind", tags: ["VIP"] }]),
  servicesV2: mockServicesV2([
    { serviceId: "50000000-0001-4000-8000-000000000001", serviceName: "Support", prices: [{ currencyCode: "EUR", rate: 12500 }] }
  ])`

/** What stands around lines of the page that import nothing, and what they have to give. */
const teasers = [
  { mocks: edition, gives: "page.totalCount === 1 && client?.clientName === 'Northwind'", prints: "" },
  {
    mocks: secondEdition,
    gives: "service?.serviceName === 'Support'",
    prints: "Northwind [ 'VIP' ]\n[ { currencyCode: 'EUR', rate: 12500 } ]\n"
  }
]

const teaser = (lines: string, { gives, mocks }: (typeof teasers)[number]) => `import assert from "node:assert/strict"
import { createMockHostBindings, ${[...mocks.matchAll(/mock\w+/g)].join(", ")} } from "@alga-psa/ext-extension-sdk"

const host = createMockHostBindings({ ${mocks} })

${lines}
assert(${gives})
`

const code = blocksFor("checks/test/readme.e2e.test.ts", await pages(), "ts").map(({ text }) => text)
const readme = await readFile(join(root, "README.md"), "utf8")
const shownParts = await readFile(join(root, partsOfAnExtension), "utf8")
const named = shownFiles(shownParts)
const alone = code.filter((text) => !named.some((file) => file.text === text))
const bare = alone.filter((text) => !text.includes("import "))

beforeAll(async () => {
  await mkdir(cache, { recursive: true })
  folder = await mkdtemp(join(cache, "readme-"))
  const files = [
    ...named,
    ...alone.map((text, at) => {
      const around = teasers[bare.indexOf(text)]
      return { path: `alone-${at}.ts`, text: around === undefined ? text : teaser(text, around) }
    })
  ]
  for (const { path, text } of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  await writeFile(join(folder, "package.json"), '{ "type": "module" }')
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(tsconfig))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

const node = async (file: string) => {
  const { code: exit, stderr, stdout } = await run(process.execPath, [file], folder)
  assert.deepEqual([exit, stderr], [0, ""])
  return stdout
}

describe("The README", () => {
  it("has at most 110 lines, and shows the handler of the page that it leads to", () => {
    assert.isAtMost(readme.trimEnd().split("\n").length, 110)
    assert.deepEqual(
      shownFiles(readme),
      named.filter(({ path }) => path === "src/handler.ts")
    )
  })

  it("shows what the demo prints: its cases, in their order", () => {
    const [, shown = ""] = /^```text\n(case +shows +status\n[\s\S]*?)^```$/m.exec(readme) ?? []
    const rows = shown.trimEnd().split("\n").slice(1)
    assert.deepEqual(
      rows.map((row) => row.replace(/ +\d+$/, "").split(/ {2,}/)),
      demoCases.map(({ name, shows }) => [name, shows])
    )
  })
})

describe("The code of an extension in four files", () => {
  it("is found, and lines of each edition", () => {
    assert.sameMembers(
      named.map(({ path }) => path),
      ["build.ts", "src/component.ts", "src/handler.ts", "test/handler.test.ts"]
    )
    assert.deepEqual([alone.length, bare.length], [2, teasers.length])
  })

  it("has the types that it claims", async () => {
    const { stdout } = await run(join(root, "node_modules/.bin/tsc"), ["-p", folder], folder)
    assert.strictEqual(stdout, "")
  })

  it.each(teasers.keys().toArray())("reads with its lines what they say: %d", async (at) => {
    assert.strictEqual(await node(`alone-${alone.indexOf(bare[at] ?? "")}.ts`), teasers[at]?.prints)
  })

  it("tests its handler in plain Node", async () => {
    const shown = await readFile(join(folder, "test/handler.test.ts"), "utf8")
    await writeFile(join(folder, "test/asserted.ts"), `${shown}\nif (status !== 200) throw new Error(String(status))\n`)
    await node("test/asserted.ts")
  })

  it("uses what the page has the manifest declare, and no more", async () => {
    const [sentence = ""] = /^The manifest declares .*$/m.exec(shownParts) ?? []
    const declared = Array.from(sentence.matchAll(/`(cap:[\w.]+)`/g), ([, name = ""]) => name)
    assert.isNotEmpty(declared)
    const entry = join(folder, "src/component.ts")
    const { bundle } = await prepareComponent({ entry })
    const { usage } = await analyseSources(folder, entry, bundle, { types: false })
    assert.deepEqual(checkCapabilities(declared, usage).map(findingLine), [])
  })

  it("builds a component", async () => {
    await node("build.ts")
    const component = await readFile(join(folder, "dist/main.wasm"))
    assert.deepEqual([...component.subarray(0, 4)], [0, 0x61, 0x73, 0x6d])
  })
})
