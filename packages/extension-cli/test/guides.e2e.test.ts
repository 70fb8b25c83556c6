import { spawn } from "node:child_process"
import { createHash } from "node:crypto"
import { once } from "node:events"
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { buffer, json, text } from "node:stream/consumers"
import { layerArchives } from "@alga-psa/ext-adapters-wit"
import * as Bundle from "@alga-psa/ext-runner/Bundle"
import { Effect } from "effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { authorsGuides } from "./support/AuthorsGuides.ts"
import { follow } from "./support/Guide.ts"
import { type PackedPackages, packagesOfAuthors, packPackages, pnpm } from "./support/PackedPackages.ts"

const guides = new URL("../../../docs/guides/", import.meta.url)

interface Upload {
  readonly bytes: Buffer
  readonly finalized: { readonly declaredHash: string; readonly manifestJson: string }
  readonly installed: { readonly registryId: string; readonly version: string }
}

/** The three calls of Alga's API that publishing makes. */
const alga = () => {
  const upload: Partial<Record<keyof Upload, unknown>> = {}
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? "/", "http://alga").pathname
    const answers: Record<string, () => Promise<unknown>> = {
      "/api/ext-bundles/upload-proxy": async () => {
        upload.bytes = await buffer(request)
        return { upload: { key: "staged" } }
      },
      "/api/ext-bundles/finalize": async () => {
        upload.finalized = await json(request)
        return { extension: { id: "registry" }, version: { id: "version" }, contentHash: "hash" }
      },
      "/api/v1/extensions/install": async () => {
        upload.installed = await json(request)
        return { data: { installId: "install" } }
      }
    }
    const answer = request.headers["x-api-key"] === "the-key" ? await answers[path]?.() : undefined
    response.writeHead(answer === undefined ? 404 : 200, { "content-type": "application/json" })
    response.end(JSON.stringify(answer ?? {}))
  })
  return { server, upload: upload as Upload }
}

let folder = ""
let packages: PackedPackages
let create = ""
const { server, upload } = alga()

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "alga-guides-")))
  packages = await packPackages(packagesOfAuthors, join(folder, "packages"))
  const installed = join(folder, "create")
  await mkdir(installed)
  await writeFile(join(installed, "pnpm-workspace.yaml"), packages.workspace)
  await writeFile(join(installed, "package.json"), '{"private":true,"type":"module"}')
  await pnpm(installed, "add", "--prefer-offline", "create-alga-extension")
  create = join(installed, "node_modules/create-alga-extension/dist/main.js")
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
}, 240_000)
afterAll(async () => {
  server.close()
  await rm(folder, { recursive: true, force: true })
})

describe("create-alga-extension", () => {
  it("gives an extension a Node of its own where the one that runs is too old for the tools, and says so", async () => {
    const args = ["--yes", "--package=node@20.19.0", "--", "node", create, "older"]
    const started = spawn("npx", args, { cwd: folder })
    const [output, [code]] = await Promise.all([text(started.stdout), once(started, "close")])
    expect([code, output.split("\n")[3]]).toEqual([
      0,
      "The tools need Node 26, and this is Node 20.19.0: npm install brings one for this folder."
    ])
    const { devDependencies } = JSON.parse(await readFile(join(folder, "older/package.json"), "utf8"))
    expect(devDependencies.node).toMatch(/^\^26\./)
  })
})

describe("a guide, followed by a new user from an empty folder", () => {
  it.each(authorsGuides)(
    "%s does what it says",
    async (name) => {
      const empty = join(folder, name.replace(".md", ""))
      await mkdir(empty)
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      const end = await follow(await readFile(new URL(name, guides), "utf8"), empty, packages, {
        CREATE: create,
        ALGA_API_BASE_URL: url,
        ALGA_API_KEY: "the-key",
        ALGA_TENANT_ID: "tenant"
      })
      expect(await readdir(end)).toContain("manifest.json")
    },
    240_000
  )

  it("has published a bundle that a host takes, under its own hash", async () => {
    const hash = createHash("sha256").update(upload.bytes).digest("hex")
    expect(upload.finalized.declaredHash).toBe(hash)
    expect(upload.installed).toEqual({ registryId: "registry", version: "0.1.0" })
    const { manifest } = await Effect.runPromise(Effect.provide(Bundle.open(upload.bytes, hash), layerArchives()))
    expect(JSON.parse(upload.finalized.manifestJson)).toMatchObject(manifest)
    expect(manifest.capabilities).toEqual(["cap:client.read", "cap:service.read"])
  })
})
