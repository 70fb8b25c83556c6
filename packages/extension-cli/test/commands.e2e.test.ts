import { randomInt } from "node:crypto"
import { once } from "node:events"
import { mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises"
import { createServer, type Server } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { archiveBounds } from "@alga-psa/ext-adapters-wit/ArchiveBounds"
import { limitBounds } from "@alga-psa/ext-adapters-wit/Limits"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { algaExtHere } from "./support/AlgaExtHere.ts"
import { algaExtProcess } from "./support/AlgaExtProcess.ts"

let folder = ""
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "alga-cli-")))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const run = (...args: ReadonlyArray<string>) => algaExtProcess(folder, ...args)

const listening = async (port: number): Promise<Server> => {
  const server = createServer()
  const listens = once(server, "listening")
  server.listen(port, "127.0.0.1")
  await listens
  return server
}

/** Takes a port above one that is free. Neither the system nor another test gives these out, so that nobody gets the other one meanwhile. */
const takenAboveFree = async (): Promise<readonly [server: Server, port: number]> => {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = randomInt(30_002, 32_768)
    const [below, taken] = await Promise.allSettled([listening(port - 1), listening(port)])
    if (below.status === "fulfilled") await new Promise((closed) => below.value.close(closed))
    if (taken.status === "rejected") continue
    if (below.status === "fulfilled") return [taken.value, port]
    taken.value.close()
  }
  throw new Error("no two ports beside each other are free")
}

describe("alga-ext", () => {
  it("says what each command does, with examples and what it ends with", async () => {
    const { code, output } = await run("--help")
    expect(code).toBe(0)
    expect(output).toMatch(/Exit codes: 0 done; 1 the extension is wrong or could not be built; 2 wrong usage/)
    for (const name of ["new", "check", "fix", "build", "pack", "diff", "dev"]) {
      expect(output).toMatch(new RegExp(`^ +${name} `, "m"))
      const help = await algaExtHere(name, "--help")
      expect([help.code, help.output]).toEqual([0, expect.stringMatching(/EXAMPLES/)])
    }
  })

  it.each([
    [["bild"]],
    [["build", "--engine", "v8"]],
    [["new"]],
    [["diff", "one.tar.zst"]],
    [["diff", "none.tar.zst", "none.tar.zst"]],
    [["new", "My Extension"]],
    [["new", "a", "--domain", "?"]],
    [["dev", "--port", "70000"]],
    [["dev", "--port", "65535"]],
    [["dev", "--port", "-1"]],
    [["dev", "--timeout", "0"]],
    [["dev", "--timeout", "25001"]],
    [["dev", "--size", "50001"]],
    [["dev", "--as", "somebody"]],
    [["dev", "--inspect"]],
    [["dev", "--size", "1", "--data", "a.json"]],
    [["dev", "--data", "none.json"]]
  ])("ends with 2 where it is used as %j", async (args) => {
    expect((await algaExtHere(...args)).code).toBe(2)
  })

  it("takes what a new extension's settings for VS Code give it, and its inspector is where they attach", async () => {
    const template = new URL("../../create-alga-extension/template/vscode/launch.json", import.meta.url)
    const { configurations } = JSON.parse(await readFile(template, "utf8"))
    const [launched, attached] = configurations
    const [, ...given] = /^npx alga-ext (.*)$/.exec(launched.command)?.[1]?.split(" ") ?? []
    const [, ...named] = /alga-ext (.*)$/.exec(attached.name)?.[1]?.split(" ") ?? []
    for (const flags of [given, named]) {
      expect(flags.length).toBeGreaterThan(0)
      const { errors } = await algaExtHere("dev", ...flags, "--port", "70000")
      expect(errors).toMatch(/^alga-ext: .*port/)
      expect(errors).not.toMatch(/--node|--open|--inspect/)
    }
    expect((await algaExtHere("dev", ...named, "--nodes", "--port", "70000")).errors).toMatch(/--nodes/)
    const { output } = await algaExtHere("dev", "--help")
    expect(output).toContain(`Port of the inspector on the loopback address. Default: ${attached.port}`)
    expect(attached.address).toBe("127.0.0.1")
  })

  it("gives a request the time of production, and no more; so say its help and the page", async () => {
    const most = limitBounds.timeoutMs.default
    const { output } = await algaExtHere("dev", "--help")
    expect(output).toContain(`Default: ${most}, as in production`)
    const longer = await algaExtHere("dev", folder, "--timeout", String(most + 1))
    expect([longer.code, longer.errors]).toEqual([2, expect.stringContaining(`must be 1 to ${most}`)])
    const page = await readFile(new URL("../../../docs/development-host.md", import.meta.url), "utf8")
    expect(page).toContain(`gives a request less time than the ${most / 1_000} s of production`)
  })

  it("packs what a host takes: the page names the bounds of both", async () => {
    const page = await readFile(new URL("../../../docs/development-host.md", import.meta.url), "utf8")
    expect(page).toContain(`A page holds at most ${archiveBounds.pageBytes / 1_048_576} MiB `)
    expect(page).toContain(`A manifest holds at most ${archiveBounds.manifestBytes / 1_024} KiB.`)
    const manifest = (bytes: number) => writeFile(join(folder, "manifest.json"), "{}".padEnd(bytes))
    await manifest(archiveBounds.manifestBytes)
    expect((await algaExtHere("build", folder)).errors).toMatch(/manifest\.json name: is missing/)
    await manifest(archiveBounds.manifestBytes + 1)
    expect((await algaExtHere("build", folder)).errors).toContain(`has ${archiveBounds.manifestBytes + 1} bytes`)
  })

  it("says in two lines what is wrong with its usage", async () => {
    expect(await run("build", "--engin", "v8")).toEqual({
      code: 2,
      output: "",
      errors: expect.stringMatching(
        /^alga-ext: Unrecognized flag: --engin .*--engine\nalga-ext: see alga-ext build --help\n$/
      )
    })
  })

  it("starts an extension in a new folder, filled in, and never in one that is in use", async () => {
    const made = await run("new", "my-ext", "--domain", "com.acme", "--publisher", 'The "Acme"')
    expect(made).toMatchObject({ code: 0, errors: "" })
    const manifest = JSON.parse(await readFile(join(folder, "my-ext/manifest.json"), "utf8"))
    expect(manifest).toMatchObject({ name: "com.acme.my-ext", publisher: 'The "Acme"' })
    const { dependencies, name } = JSON.parse(await readFile(join(folder, "my-ext/package.json"), "utf8"))
    expect([name, dependencies]).toEqual(["my-ext", { "@alga-psa/ext-extension-sdk": "0.1.0" }])
    expect(await readFile(join(folder, "my-ext/.gitignore"), "utf8")).toMatch(/node_modules/)
    const again = await run("new", "my-ext")
    expect(again).toMatchObject({ code: 2, errors: `alga-ext: ${join(folder, "my-ext")} is not empty: name another\n` })
  })

  it("ends with 1 where the extension is wrong, and says what in lines or as JSON", async () => {
    await writeFile(join(folder, "manifest.json"), "{}")
    const said = await algaExtHere("build", folder)
    expect([said.code, said.output]).toEqual([1, ""])
    expect(said.errors.trimEnd().split("\n")).toHaveLength(5)
    expect(said.errors).toMatch(/^alga-ext: manifest\.json name: is missing: it must be a reverse-domain name/)
    const { code, output } = await algaExtHere("pack", folder, "--json")
    expect(code).toBe(1)
    expect(JSON.parse(output).problems[3]).toMatchObject({
      where: "manifest.json runtime",
      message: 'is missing: it must be "wasm-js@1"'
    })
  })

  it.each([
    ["that port", 0, (port: number) => `127.0.0.1:${port} is in use: `],
    ["the port above", 1, (port: number) => `127.0.0.1:${port}, 1 above the port that was asked for, is in use: `]
  ])("names the port where dev finds %s in use", async (_what, above, wanted) => {
    const [taken, port] = await takenAboveFree()
    const { code, errors } = await algaExtHere("dev", folder, "--port", String(port - above))
    taken.close()
    expect(errors).toBe(
      `alga-ext: ${wanted(port)}end what listens there, or give another --port (0 takes any free one)\n`
    )
    expect(code).toBe(1)
  })

  it("says what is wrong with a port that is none", async () => {
    expect((await algaExtHere("dev", "--port", "70000")).errors).toMatch(
      /70000 must be 0 to 65534: the port above is used too/
    )
  })
})
