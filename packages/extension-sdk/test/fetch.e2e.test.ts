import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { buildComponent, prepareComponent } from "../src/BuildComponent.ts"
import { type Instantiate, loadComponent } from "../src/InstantiateComponent.ts"

const witDir = fileURLToPath(new URL("../../adapters-wit/wit/", import.meta.url))
const fixture = (name: string) => new URL(`fixtures/${name}.ts`, import.meta.url)

let folder = ""
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "alga-sdk-"))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe.each(["quickjs", "starlingmonkey"] as const)("fetch in a component on %s", (engine) => {
  let instantiate: Instantiate
  beforeAll(async () => {
    const outFile = join(folder, `${engine}.wasm`)
    await buildComponent({ entry: fixture("fetching"), outFile, engine, witDir })
    instantiate = await loadComponent(outFile)
  })

  const send = (fetch: (request: unknown) => unknown) => {
    const context = {
      ...{ tenantId: "t", extensionId: "e", requestId: undefined },
      ...{ installId: undefined, versionId: undefined }
    }
    const http = { method: "GET", url: "/", headers: [], body: undefined }
    const { body } = instantiate({ http: { fetch: fetch as never } }).handler({ context, http })
    return JSON.parse(new TextDecoder().decode(body))
  }

  it("is one call of the host, and gives its answer", () => {
    const asked: Array<unknown> = []
    const answer = send((request) => {
      asked.push(request)
      return { status: 201, headers: [{ name: "X-B", value: "c" }], body: new Uint8Array([0xc3, 0xa9]) }
    })
    const body = new TextEncoder().encode("é漢😀")
    expect(asked).toEqual([
      { method: "POST", url: "https://service.example/a?b=c", headers: [{ name: "x-c", value: "d" }], body }
    ])
    expect(answer).toEqual({
      is: true,
      tags: ["[object Response]", "[object Request]", "[object Headers]"],
      read: [201, true, "https://service.example/a?b=c", [["x-b", "c"]], "é"],
      copied: [0xc3, 0xa9],
      used: [true, true, true]
    })
  })

  it.each([
    ["not-allowed", /^fetch failed: http\.fetch: not-allowed .*cap:http\.fetch/],
    ["transport", /^fetch failed: http\.fetch: transport/]
  ])("rejects as the standard says where the host answers %s, with what to do about it", (code, message) => {
    const answer = send(() => {
      throw Object.assign(new Error("a failed import"), { payload: code })
    })
    expect(answer).toEqual({ name: "TypeError", message: expect.stringMatching(message), code })
  })
})

describe("what is put into a bundle", () => {
  const filesIn = async (name: string) => {
    const { bundle } = await prepareComponent({ entry: fixture(name), witDir })
    return Array.from(bundle.script.matchAll(/^\/\/ .*\/(\w*FillIns?|web\/\w+)\.ts$/gm), ([, file]) => file)
  }

  it("has fetch and its classes where the code uses them, and not where it asks whether they are there", async () => {
    expect(await filesIn("probe")).toEqual(["FillIns"])
    expect(await filesIn("fetching")).toEqual(expect.arrayContaining(["FillIns", "FetchFillIn", "web/Response"]))
  })
})
