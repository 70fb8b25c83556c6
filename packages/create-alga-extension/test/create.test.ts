import { execFile } from "node:child_process"
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { ask } from "../src/internal/questions.ts"
import { fill } from "../src/internal/template.ts"

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url))
const root = new URL("../../../", import.meta.url)

let folder = ""
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "alga-create-"))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const run = (...args: ReadonlyArray<string>) =>
  new Promise<{ readonly code: unknown; readonly output: string; readonly errors: string }>((resolve) =>
    execFile(process.execPath, [main, ...args], { cwd: folder }, (error, output, errors) =>
      resolve({ code: error?.code ?? 0, output, errors })
    )
  )

const read = (file: string) => readFile(join(folder, file), "utf8")
const json = async (file: string) => JSON.parse(await read(file))

describe("create-alga-extension", () => {
  it("makes what the flags say without a terminal, and ends with the next two commands", async () => {
    const flags = ["--page", "--reads", "services,clients", "--domain", "com.acme", "--publisher", 'The "Acme"']
    const { code, errors, output } = await run("my-ext", ...flags)
    expect([code, errors]).toEqual([0, ""])
    expect(output.split("\n").slice(1)).toEqual(["  cd my-ext && npm install", "  npm run dev -- --open", ""])
    expect(await json("my-ext/manifest.json")).toMatchObject({
      name: "com.acme.my-ext",
      publisher: 'The "Acme"',
      capabilities: ["cap:client.read", "cap:service.read"],
      ui: { type: "iframe", entry: "ui/index.html" }
    })
    expect((await json("my-ext/package.json")).name).toBe("my-ext")
    expect(await read("my-ext/.gitignore")).toMatch(/node_modules/)
    const { configurations } = await json("my-ext/.vscode/launch.json")
    expect(configurations.map(({ request }: { request: string }) => request)).toEqual(["launch", "attach"])
    expect(await readdir(join(folder, "my-ext"))).not.toContain("vscode")
  })

  it("makes no page and reads clients where nothing is said", async () => {
    expect(await run("my-ext")).toMatchObject({ code: 0 })
    const { api, capabilities, ui } = await json("my-ext/manifest.json")
    expect([capabilities, ui]).toEqual([["cap:client.read"], undefined])
    expect(api.endpoints.map(({ path }: { path: string }) => path)).toEqual(["/api/clients", "/api/clients/:id"])
    expect(await readdir(join(folder, "my-ext"))).not.toContain("ui")
    expect(Object.keys((await json("my-ext/package.json")).devDependencies)).toEqual([
      "@alga-psa/ext-extension-cli",
      "@types/node",
      "typescript"
    ])
  })

  it.each([
    [[], "give the extension's name: create-alga-extension my-extension"],
    [
      ["My Extension"],
      '"My Extension" must be small letters, digits and hyphens, and start with a letter: my-extension'
    ],
    [["a", "b"], '"b" is one name too many. See --help'],
    [["a", "--reads", "tickets"], '--reads "tickets" must be clients, services or clients,services'],
    [["a", "--reads", ""], '--reads "" must be clients, services or clients,services'],
    [["a", "--domain", "?"], '--domain "?" must be a reverse domain: com.example'],
    [["a", "--publisher", " "], "--publisher must be a name"]
  ])("refuses %j in one line, and makes nothing", async (args, message) => {
    expect(await run(...args)).toEqual({ code: 2, output: "", errors: `create-alga-extension: ${message}\n` })
    expect(await readdir(folder)).toEqual([])
  })

  it("never writes into a folder that is in use", async () => {
    await run("my-ext")
    const before = await read("my-ext/manifest.json")
    const again = await run("my-ext", "--reads", "services")
    expect(again).toMatchObject({ code: 2, output: "" })
    expect(again.errors).toMatch(/my-ext is not empty: name another\n$/)
    expect(await read("my-ext/manifest.json")).toBe(before)
  })

  it.each([
    ["a file", (at: string) => writeFile(at, "mine")],
    ["a link that leads nowhere", (at: string) => symlink("none", at)],
    ["a link to a file", (at: string) => writeFile(`${at}.txt`, "mine").then(() => symlink(`${at}.txt`, at))],
    ["a link to itself", (at: string) => symlink(at, at)]
  ])("refuses %s of that name in one line, and leaves it", async (_what, prepare) => {
    const at = join(folder, "my-ext")
    await prepare(at)
    const before = await readdir(folder)
    const { code, errors, output } = await run("my-ext")
    expect([code, output]).toEqual([2, ""])
    expect(errors).toMatch(/^create-alga-extension: [^\n]*my-ext is not a readable folder: name another\n$/)
    expect(errors).not.toMatch(/\bat /)
    expect(await readdir(folder)).toEqual(before)
  })

  it("takes an empty folder of that name", async () => {
    await mkdir(join(folder, "my-ext"))
    expect(await run("my-ext")).toMatchObject({ code: 0, errors: "" })
  })

  it("says its flags, and its version", async () => {
    expect((await run("--help")).output).toMatch(/--page, --no-page[\s\S]*--reads/)
    expect((await run("--version")).output).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})

describe("What is asked in a terminal", () => {
  const answering = (...answers: ReadonlyArray<string>) => {
    const left = [...answers]
    const asked: Array<string> = []
    return {
      asked,
      question: async (text: string) => {
        asked.push(text)
        return left.shift() ?? ""
      }
    }
  }

  it("is what no flag says, again until the answer is one; an empty answer is the default", async () => {
    const none = { name: undefined, page: undefined, reads: undefined }
    const first = answering("shop", "perhaps", "no", "tickets", "services")
    expect(await ask(none, first.question)).toEqual({ name: "shop", page: false, reads: ["services"] })
    expect(first.asked).toHaveLength(5)
    expect(await ask(none, answering().question)).toEqual({
      name: "my-extension",
      page: true,
      reads: ["clients", "services"]
    })
    const told = { name: "a", page: false, reads: ["clients"] as const }
    const nothing = answering()
    expect(await ask(told, nothing.question)).toEqual(told)
    expect(nothing.asked).toEqual([])
  })
})

describe("The template", () => {
  it("keeps the chosen parts alone, and every line that belongs to none", () => {
    const text = "a\n// @if page\nb\n// @end\n  <!-- @if clients -->\nc\n  <!-- @end -->\nd __NAME__ __OTHER__"
    expect(fill(text, new Set(["clients"]), { NAME: "$&" })).toBe("a\nc\nd $& __OTHER__")
    expect(fill(text, new Set(["page"]), {})).toBe("a\nb\nd __NAME__ __OTHER__")
  })

  it("asks for the packages and the Node that this workspace is tried with", async () => {
    const { devDependencies, engines } = JSON.parse(
      await readFile(new URL("packages/create-alga-extension/template/package.json", root), "utf8")
    )
    const tools = JSON.parse(await readFile(new URL("packages/extension-cli/package.json", root), "utf8"))
    expect(engines).toEqual(tools.engines)
    const catalog = await readFile(new URL("pnpm-workspace.yaml", root), "utf8")
    const workspace = JSON.parse(await readFile(new URL("package.json", root), "utf8"))
    const versionOf = (name: string) =>
      /^\d/.exec(workspace.devDependencies[name] ?? "")
        ? workspace.devDependencies[name]
        : new RegExp(`^ {2}"?${name}"?: (\\S+)$`, "m").exec(catalog)?.[1]
    for (const name of ["@alga-psa/extension-iframe-sdk", "@types/node", "typescript", "node"]) {
      expect([name, devDependencies[name].replace("^", "")]).toEqual([name, versionOf(name).replace("^", "")])
    }
  })
})
